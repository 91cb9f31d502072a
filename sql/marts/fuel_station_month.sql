-- name: fuel_station_month
-- title: 加油站月度申报与扣除
-- grain: one row per station, oil grade and month with a sales return, an approved deduction or a filed settlement
-- inputs: fuel.gas_station, fuel.oil_psi, fuel.oil_deduct, fuel.card_settlement, fuel.branch_relation
-- materialise: delta
-- declared_l is the lower of first and last return, corrected_l what the last one added; stored_l is the rise of stock in
-- the last return. deduct_l is approved by the tax office, return_l the part of it that test fuelling put back into the
-- tank. settled_l was settled by a head office whose relation was filed and in force on the first day of the month.
WITH filed AS (
    SELECT
        station_id, oil_grade, period,
        arg_min(out_l, filed_on) AS first_l,
        arg_max(out_l, filed_on) AS last_l,
        coalesce(arg_max(close_l - open_l, filed_on), 0) AS stored_l
    FROM fuel.oil_psi
    GROUP BY station_id, oil_grade, period
),
settled AS (
    SELECT c.station_id, c.oil_grade, c.period, c.qty_l
    FROM fuel.card_settlement AS c
    JOIN fuel.gas_station AS s ON s.station_id = c.station_id
    WHERE EXISTS (
        SELECT 1 FROM fuel.branch_relation AS b
        WHERE b.branch_uscc = s.uscc AND b.hq_uscc = c.hq_uscc
            AND b.valid_from <= c.period AND coalesce(b.valid_to, c.period) >= c.period
    )
),
part AS (
    SELECT
        station_id, oil_grade, period, least(first_l, last_l) AS declared_l, greatest(last_l - first_l, 0) AS corrected_l,
        stored_l, 0 AS deduct_l, 0 AS return_l, 0 AS settled_l
    FROM filed
    UNION ALL
    SELECT
        station_id, oil_grade, period, 0 AS declared_l, 0 AS corrected_l, 0 AS stored_l, qty_l AS deduct_l,
        CASE WHEN kind = '检测回罐' THEN qty_l ELSE 0 END AS return_l, 0 AS settled_l
    FROM fuel.oil_deduct
    WHERE approval_no IS NOT NULL
    UNION ALL
    SELECT
        station_id, oil_grade, period, 0 AS declared_l, 0 AS corrected_l, 0 AS stored_l, 0 AS deduct_l, 0 AS return_l,
        qty_l AS settled_l
    FROM settled
)
SELECT
    s.uscc,
    p.station_id,
    p.oil_grade,
    p.period AS month_start,
    sum(p.declared_l) AS declared_l,
    sum(p.corrected_l) AS corrected_l,
    sum(p.stored_l) AS stored_l,
    sum(p.deduct_l) AS deduct_l,
    sum(p.return_l) AS return_l,
    sum(p.settled_l) AS settled_l
FROM part AS p
JOIN fuel.gas_station AS s ON s.station_id = p.station_id
GROUP BY s.uscc, p.station_id, p.oil_grade, p.period

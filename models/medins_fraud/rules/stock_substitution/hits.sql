-- M9 串换: an institution settled more of an item than it can have had: opening stock, purchases and transfers of a stock
-- period, in the smallest unit. A period runs from the opening entry (or the first one) to the stocktake (or today), per
-- institution, item and book year; a late entry belongs to the year the goods arrived. One row per period.
-- Look-alikes, added step by step: reversals; a missing pack ratio taken from the same unit; gifts; goods that arrived
-- before the end and were entered after it; a stocktake surplus; transfers only the other campus entered; own
-- preparations; no opening stock at all. Without an item of the same name that came in and was not settled, the hit is
-- one grade weaker.
WITH ratios AS (
    SELECT fixmedins_code, item_code, unit, max(pack_ratio) AS pack_ratio
    FROM medins.his_stock
    GROUP BY fixmedins_code, item_code, unit
),
entries AS (
    SELECT
        s.fixmedins_code,
        coalesce(s.nat_code, s.item_code) AS stock_key,
        s.item_name,
        s.generic_name,
        s.trans_type,
        s.trans_date,
        s.arrival_date,
        date_part('year', coalesce(s.arrival_date, s.trans_date)) AS book_year,
        s.qty * coalesce(s.pack_ratio, 1) AS booked_cnt,
        s.qty * coalesce(s.pack_ratio, r.pack_ratio, 1) AS cnt
    FROM medins.his_stock AS s
    LEFT JOIN ratios AS r
        ON r.fixmedins_code = s.fixmedins_code AND r.item_code = s.item_code AND r.unit = s.unit
),
periods AS (
    SELECT
        fixmedins_code,
        stock_key,
        book_year,
        min(item_name) AS item_name,
        min(generic_name) AS generic_name,
        coalesce(min(CASE WHEN trans_type = '期初' THEN trans_date END), min(trans_date)) AS from_date,
        coalesce(max(CASE WHEN trans_type = '盘点' THEN trans_date END), $as_of) AS to_date,
        max(CASE WHEN trans_type = '期初' THEN 1 ELSE 0 END) AS has_opening
    FROM entries
    GROUP BY fixmedins_code, stock_key, book_year
),
campus AS (
    SELECT
        t.counterparty AS fixmedins_code,
        coalesce(t.nat_code, t.item_code) AS stock_key,
        date_part('year', t.trans_date) AS book_year,
        -sum(t.qty * coalesce(t.pack_ratio, 1)) AS cnt
    FROM medins.his_stock AS t
    LEFT JOIN medins.his_stock AS own
        ON own.fixmedins_code = t.counterparty AND own.trans_type = '调拨' AND own.document_no = t.document_no
    WHERE t.trans_type = '调拨' AND t.qty < 0 AND own.document_no IS NULL
    GROUP BY t.counterparty, coalesce(t.nat_code, t.item_code), date_part('year', t.trans_date)
),
supplies AS (
    SELECT
        p.fixmedins_code,
        p.stock_key,
        p.book_year,
        p.item_name,
        p.generic_name,
        p.from_date,
        p.to_date,
        p.has_opening,
        sum(CASE
            WHEN e.trans_type IN ('期初', '采购', '调拨') AND e.trans_date <= p.to_date THEN e.booked_cnt
            ELSE 0
        END) AS booked,
        sum(CASE
            WHEN e.trans_type IN ('期初', '采购', '调拨') AND e.trans_date <= p.to_date THEN e.cnt
            ELSE 0
        END) AS bought,
        sum(CASE WHEN e.trans_type = '赠品' AND e.trans_date <= p.to_date THEN e.cnt ELSE 0 END) AS given,
        sum(CASE
            WHEN e.trans_type IN ('采购', '赠品') AND e.trans_date > p.to_date AND e.arrival_date <= p.to_date THEN e.cnt
            ELSE 0
        END) AS late,
        sum(CASE WHEN e.trans_type = '盘点' THEN e.cnt ELSE 0 END) AS counted,
        sum(CASE WHEN e.trans_type = '自制' AND e.trans_date <= p.to_date THEN e.cnt ELSE 0 END) AS made,
        -sum(CASE WHEN e.trans_type IN ('门诊销售', '住院销售') THEN e.cnt END) AS sold
    FROM periods AS p
    INNER JOIN entries AS e
        ON e.fixmedins_code = p.fixmedins_code AND e.stock_key = p.stock_key AND e.book_year = p.book_year
    GROUP BY p.fixmedins_code, p.stock_key, p.book_year, p.item_name, p.generic_name, p.from_date, p.to_date, p.has_opening
),
billed AS (
    SELECT
        s.fixmedins_code,
        s.stock_key,
        s.book_year,
        sum(n.gross_cnt) AS gross_cnt,
        sum(n.net_cnt) AS net_cnt,
        sum(n.net_share) AS net_share,
        max(f.pric) AS unit_price
    FROM supplies AS s
    INNER JOIN marts.medins_fee_net AS n
        ON n.fixmedins_code = s.fixmedins_code
        AND n.med_list_codg = s.stock_key
        AND n.fee_date BETWEEN s.from_date AND s.to_date
    INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = n.mdtrt_id AND f.bkkp_sn = n.bkkp_sn
    WHERE n.gross_share > 0
    GROUP BY s.fixmedins_code, s.stock_key, s.book_year
),
balance AS (
    SELECT
        s.fixmedins_code,
        s.stock_key,
        s.book_year,
        s.item_name,
        s.generic_name,
        s.from_date,
        s.to_date,
        s.has_opening,
        s.sold,
        b.gross_cnt,
        coalesce(b.net_cnt, 0) AS net_cnt,
        b.net_share,
        b.unit_price,
        greatest($stock_gap_ratio * b.gross_cnt, $stock_gap_yuan / b.unit_price) AS tolerated,
        s.booked,
        s.bought,
        s.bought + s.given AS with_gifts,
        s.bought + s.given + s.late AS with_late,
        s.bought + s.given + s.late + s.counted AS with_stocktake,
        s.bought + s.given + s.late + s.counted + c.cnt AS with_campus,
        s.bought + s.given + s.late + s.counted + coalesce(c.cnt, 0) + s.made AS supply
    FROM supplies AS s
    LEFT JOIN billed AS b
        ON b.fixmedins_code = s.fixmedins_code AND b.stock_key = s.stock_key AND b.book_year = s.book_year
    LEFT JOIN campus AS c
        ON c.fixmedins_code = s.fixmedins_code AND c.stock_key = s.stock_key AND c.book_year = s.book_year
),
mirrors AS (
    SELECT
        b.fixmedins_code,
        b.stock_key,
        b.book_year,
        m.item_name AS mirror_name,
        m.stock_key AS mirror_key,
        m.supply - greatest(m.net_cnt, m.sold) AS mirror_cnt
    FROM balance AS b
    INNER JOIN balance AS m
        ON m.fixmedins_code = b.fixmedins_code
        AND m.book_year = b.book_year
        AND m.generic_name = b.generic_name
        AND m.stock_key <> b.stock_key
        AND m.from_date <= b.to_date
        AND m.to_date >= b.from_date
    WHERE m.supply - greatest(m.net_cnt, m.sold) >= $mirror_share * (b.net_cnt - b.supply)
    QUALIFY row_number() OVER ( -- unique: an item has one balance a year
        PARTITION BY b.fixmedins_code, b.stock_key, b.book_year
        ORDER BY m.supply - greatest(m.net_cnt, m.sold) DESC, m.stock_key
    ) = 1
)
SELECT
    b.fixmedins_code AS subject_id,
    b.from_date AS occurred_from,
    b.to_date AS occurred_to,
    CASE
        WHEN b.net_cnt <= greatest(b.supply, 0) THEN CAST(0 AS DECIMAL(18, 2))
        ELSE CAST(
            round(CAST(b.net_share * (b.net_cnt - greatest(b.supply, 0)) / b.net_cnt AS DECIMAL(28, 8)), 2)
            AS DECIMAL(18, 2)
        )
    END AS amount,
    CASE
        WHEN b.net_cnt - b.booked <= b.tolerated THEN 'REVERSED'
        WHEN b.net_cnt - b.bought <= b.tolerated THEN 'UNIT_RATIO'
        WHEN b.net_cnt - b.with_gifts <= b.tolerated THEN 'GIFT'
        WHEN b.net_cnt - b.with_late <= b.tolerated THEN 'LATE_RECEIPT'
        WHEN b.net_cnt - b.with_stocktake <= b.tolerated THEN 'STOCKTAKE'
        WHEN b.net_cnt - b.with_campus <= b.tolerated THEN 'CAMPUS_TRANSFER'
        WHEN b.net_cnt - b.supply <= b.tolerated THEN 'SELF_MADE'
        WHEN b.has_opening = 0 THEN 'MISSING_OPENING'
        WHEN m.mirror_key IS NULL THEN 'NO_MIRROR'
    END AS exclusion_code,
    b.stock_key,
    b.book_year,
    b.item_name,
    CAST(b.net_cnt AS DECIMAL(18, 4)) AS billed_cnt,
    CAST(b.supply AS DECIMAL(18, 4)) AS supply_cnt,
    CAST(b.net_cnt - b.supply AS DECIMAL(18, 4)) AS gap_cnt,
    b.unit_price,
    CAST(round((b.net_cnt - b.supply) * b.unit_price, 2) AS DECIMAL(18, 2)) AS gap_yuan,
    m.mirror_key,
    m.mirror_name,
    CAST(m.mirror_cnt AS DECIMAL(18, 4)) AS mirror_cnt
FROM balance AS b
LEFT JOIN mirrors AS m
    ON m.fixmedins_code = b.fixmedins_code AND m.stock_key = b.stock_key AND m.book_year = b.book_year
WHERE b.gross_cnt - b.booked > b.tolerated

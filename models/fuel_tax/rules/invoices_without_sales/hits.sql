-- 有票无销：成品油进项发票升数远多于申报销量加库存增加，连续若干个月。按纳税人、连续期间，各油品合计。
-- 期间内没有合理解释的月份达到规定月数才认定。
-- 已检验的合理解释：核定征收、新开停业、红冲重开、吨升填错、直送代收、核准扣除、总公司结算、批发、更正申报、所属期错位。
WITH station AS (
    SELECT
        uscc, max(open_date) AS open_date, min(close_date) AS close_date,
        max(CASE WHEN biz_scope = '批零兼营' THEN 1 ELSE 0 END) AS is_wholesale
    FROM fuel.gas_station
    GROUP BY uscc
),
reversed AS (
    SELECT DISTINCT red_of AS inv_no
    FROM fuel.vat_invoice
    WHERE red_of IS NOT NULL AND status <> '作废'
),
direct AS (
    SELECT DISTINCT inv_no, uscc
    FROM fuel.delivery_agreement
    WHERE kind IN ('直送', '代收') AND inv_no IS NOT NULL
),
line AS (
    SELECT
        i.inv_no, i.seller_uscc, i.buyer_uscc, i.unit, i.tax, CAST(date_trunc('month', i.issue_ts) AS DATE) AS month_start,
        CASE WHEN v.inv_no IS NULL THEN 0 ELSE 1 END AS is_reversed,
        CAST(
            CASE i.unit
                WHEN '升' THEN i.qty
                WHEN '吨' THEN i.qty * r.litres_per_tonne
                ELSE i.qty * r.litres_per_tonne * 0.001  -- literal: 公斤换吨
            END AS DECIMAL(18, 4)
        ) AS litres,
        CAST(
            CASE WHEN i.unit = '吨' AND i.amt_ex_tax < i.qty * $min_yuan_per_tonne THEN i.qty * (r.litres_per_tonne - 1) ELSE 0 END
            AS DECIMAL(18, 4)
        ) AS unit_l
    FROM fuel.vat_invoice AS i
    JOIN ref.refined_oil_code AS r ON r.tax_class_code = i.tax_class_code
    LEFT JOIN reversed AS v ON v.inv_no = i.inv_no
    WHERE i.status <> '作废' AND i.red_of IS NULL AND i.buyer_uscc IS NOT NULL
        AND EXISTS (SELECT 1 FROM fuel.oil_grade AS g WHERE g.oil_group = r.oil_group)
),
bought AS (
    SELECT
        l.buyer_uscc AS uscc, l.month_start, sum(l.litres) AS in_l, sum(coalesce(l.tax, 0)) AS tax,
        sum(l.litres * l.is_reversed) AS red_l, sum(l.unit_l * (1 - l.is_reversed)) AS unit_l,
        sum(CASE WHEN d.inv_no IS NULL OR l.is_reversed = 1 THEN 0 ELSE l.litres - l.unit_l END) AS direct_l
    FROM line AS l
    LEFT JOIN direct AS d ON d.inv_no = l.inv_no AND d.uscc = l.buyer_uscc
    WHERE EXISTS (SELECT 1 FROM station AS s WHERE s.uscc = l.buyer_uscc)
    GROUP BY l.buyer_uscc, l.month_start
),
wholesale AS (
    SELECT l.seller_uscc AS uscc, l.month_start, sum(l.litres) AS litres
    FROM line AS l
    JOIN station AS s ON s.uscc = l.seller_uscc
    WHERE l.unit = '吨' AND l.is_reversed = 0 AND s.is_wholesale = 1
    GROUP BY l.seller_uscc, l.month_start
),
filed AS (
    SELECT
        s.uscc, p.station_id, p.oil_grade, p.period AS month_start,
        arg_min(p.out_l, p.filed_on) AS first_l, arg_max(p.out_l, p.filed_on) AS last_l,
        coalesce(arg_max(p.close_l, p.filed_on), 0) - coalesce(arg_max(p.open_l, p.filed_on), 0) AS stored_l
    FROM fuel.oil_psi AS p
    JOIN fuel.gas_station AS s ON s.station_id = p.station_id
    GROUP BY s.uscc, p.station_id, p.oil_grade, p.period
),
declared AS (
    SELECT
        uscc, month_start, sum(least(first_l, last_l) + stored_l) AS use_l, sum(greatest(last_l - first_l, 0)) AS corrected_l
    FROM filed
    GROUP BY uscc, month_start
),
deduct AS (
    SELECT s.uscc, d.period AS month_start, sum(d.qty_l) AS litres
    FROM fuel.oil_deduct AS d
    JOIN fuel.gas_station AS s ON s.station_id = d.station_id
    WHERE d.approval_no IS NOT NULL AND d.kind <> '检测回罐'
    GROUP BY s.uscc, d.period
),
settled AS (
    SELECT s.uscc, c.period AS month_start, sum(c.qty_l) AS litres
    FROM fuel.card_settlement AS c
    JOIN fuel.gas_station AS s ON s.station_id = c.station_id
    WHERE EXISTS (
        SELECT 1 FROM fuel.branch_relation AS b
        WHERE b.branch_uscc = s.uscc AND b.hq_uscc = c.hq_uscc
            AND b.valid_from <= c.period AND coalesce(b.valid_to, c.period) >= c.period
    )
    GROUP BY s.uscc, c.period
),
months AS (
    SELECT uscc, month_start FROM bought
    UNION
    SELECT uscc, month_start FROM declared
),
book AS (
    SELECT
        m.uscc, m.month_start, year(m.month_start) * 12 + month(m.month_start) AS month_no,  -- literal: 一年十二个月
        s.open_date, s.close_date, coalesce(b.in_l, 0) AS in_l, coalesce(b.tax, 0) AS tax, coalesce(d.use_l, 0) AS use_l,
        coalesce(b.red_l, 0) AS red_l, coalesce(b.unit_l, 0) AS unit_l, coalesce(b.direct_l, 0) AS direct_l,
        coalesce(x.litres, 0) AS deduct_l, coalesce(h.litres, 0) AS hq_l, coalesce(w.litres, 0) AS wholesale_l,
        coalesce(d.corrected_l, 0) AS corrected_l
    FROM months AS m
    JOIN station AS s ON s.uscc = m.uscc
    LEFT JOIN bought AS b ON b.uscc = m.uscc AND b.month_start = m.month_start
    LEFT JOIN declared AS d ON d.uscc = m.uscc AND d.month_start = m.month_start
    LEFT JOIN deduct AS x ON x.uscc = m.uscc AND x.month_start = m.month_start
    LEFT JOIN settled AS h ON h.uscc = m.uscc AND h.month_start = m.month_start
    LEFT JOIN wholesale AS w ON w.uscc = m.uscc AND w.month_start = m.month_start
),
net AS (
    SELECT
        uscc, month_start, month_no, open_date, close_date, in_l, tax, use_l, red_l, unit_l, direct_l, deduct_l, hq_l, wholesale_l,
        $bare_invoice_ratio * in_l AS limit_l,
        in_l - use_l AS raw_l,
        in_l - use_l - red_l - unit_l - direct_l - deduct_l - hq_l - wholesale_l - corrected_l AS net_l
    FROM book
),
spread AS (
    SELECT
        uscc, month_start, month_no, open_date, close_date, in_l, tax, use_l, red_l, unit_l, direct_l, deduct_l, hq_l, wholesale_l,
        limit_l, raw_l, net_l,
        sum(net_l) OVER (
            PARTITION BY uscc ORDER BY month_no
            RANGE BETWEEN $window_reach_months PRECEDING AND $window_reach_months FOLLOWING
        ) AS window_l
    FROM net
),
coded AS (
    SELECT
        p.uscc, p.month_start, p.month_no, p.in_l, p.tax, p.use_l, p.raw_l, p.net_l,
        p.month_no - row_number() OVER (PARTITION BY p.uscc ORDER BY p.month_no) AS island,  -- unique: 一月一企业一行
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.tax_assessment AS a
                WHERE a.uscc = p.uscc AND a.method <> '查账征收'
                    AND a.valid_from <= p.month_start AND coalesce(a.valid_to, p.month_start) >= p.month_start
            ) THEN 'ASSESSED'
            WHEN p.month_no - (year(p.open_date) * 12 + month(p.open_date))  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN (year(p.close_date) * 12 + month(p.close_date)) - p.month_no  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN p.raw_l - p.red_l <= p.limit_l THEN 'RED_REISSUE'
            WHEN p.raw_l - p.red_l - p.unit_l <= p.limit_l THEN 'UNIT_ERROR'
            WHEN p.raw_l - p.red_l - p.unit_l - p.direct_l <= p.limit_l THEN 'DROP_SHIPMENT'
            WHEN p.raw_l - p.red_l - p.unit_l - p.direct_l - p.deduct_l <= p.limit_l THEN 'SELF_USE'
            WHEN p.raw_l - p.red_l - p.unit_l - p.direct_l - p.deduct_l - p.hq_l <= p.limit_l THEN 'PARENT_SETTLED'
            WHEN p.raw_l - p.red_l - p.unit_l - p.direct_l - p.deduct_l - p.hq_l - p.wholesale_l <= p.limit_l THEN 'WHOLESALE'
            WHEN p.net_l <= p.limit_l THEN 'CORRECTED'
            WHEN p.window_l <= p.limit_l THEN 'PERIOD_SHIFT'
        END AS code
    FROM spread AS p
    WHERE p.raw_l > p.limit_l
),
streak AS (
    SELECT
        uscc, island, min(code) AS code, sum(CASE WHEN code IS NULL THEN 1 ELSE 0 END) AS bare_months,
        min(month_start) AS first_month, max(month_start) AS last_month, sum(in_l) AS in_l, sum(use_l) AS use_l,
        sum(raw_l - net_l) AS explained_l, sum(CASE WHEN code IS NULL THEN net_l ELSE 0 END) AS gap_l,
        sum(CASE WHEN code IS NULL THEN CAST(round(tax * net_l / in_l, 2) AS DECIMAL(18, 2)) ELSE 0 END) AS tax
    FROM coded
    GROUP BY uscc, island
    HAVING count(*) >= $bare_invoice_months
)
SELECT
    uscc AS subject_id,
    first_month AS occurred_from,
    last_day(last_month) AS occurred_to,
    CASE WHEN bare_months >= $bare_invoice_months THEN CAST(tax AS DECIMAL(18, 2)) END AS amount,
    CASE WHEN bare_months < $bare_invoice_months THEN code END AS exclusion_code,
    CAST(bare_months AS INTEGER) AS bare_months,
    CAST(in_l AS DECIMAL(18, 2)) AS in_l,
    CAST(use_l AS DECIMAL(18, 2)) AS use_l,
    CAST(explained_l AS DECIMAL(18, 2)) AS explained_l,
    CAST(gap_l AS DECIMAL(18, 2)) AS gap_l
FROM streak

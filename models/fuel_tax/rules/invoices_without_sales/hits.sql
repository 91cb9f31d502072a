-- 有票无销：成品油进项发票升数远多于申报销量加库存增加，连续若干个月。按纳税人、连续期间，各油品合计。
-- 期间内没有合理解释的月份达到规定月数才认定。红字发票按红冲的升数冲减原发票所在的月份。
-- 已检验的合理解释：核定征收、新开停业、红冲重开、吨升填错、直送代收、核准扣除、总公司结算、批发、更正申报、所属期错位。
WITH station AS (
    SELECT uscc, max(open_date) AS open_date, min(close_date) AS close_date
    FROM fuel.gas_station
    GROUP BY uscc
),
line AS (
    SELECT
        l.buyer_uscc AS uscc, l.origin_no, l.origin_month AS month_start, l.red_of, l.litres, l.tax,
        CAST(
            CASE WHEN l.unit = '吨' AND abs(l.amt_ex_tax) < abs(l.qty) * $min_yuan_per_tonne THEN l.litres - l.qty ELSE 0 END
            AS DECIMAL(18, 4)
        ) AS unit_l
    FROM marts.fuel_invoice_line AS l
    WHERE EXISTS (SELECT 1 FROM fuel.oil_grade AS g WHERE g.oil_group = l.oil_group)
),
sorted AS (
    SELECT
        l.uscc, l.month_start, l.unit_l,
        CASE WHEN l.red_of IS NULL THEN l.litres END AS in_l,
        CASE WHEN l.red_of IS NOT NULL THEN -l.litres END AS red_l,
        CASE WHEN l.red_of IS NULL THEN l.tax END AS tax,
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.delivery_agreement AS a
                WHERE a.inv_no = l.origin_no AND a.uscc = l.uscc AND a.kind IN ('直送', '代收')
            ) THEN l.litres - l.unit_l
        END AS direct_l
    FROM line AS l
),
bought AS (
    SELECT
        uscc, month_start, sum(in_l) AS in_l, sum(tax) AS tax, sum(red_l) AS red_l, sum(unit_l) AS unit_l, sum(direct_l) AS direct_l
    FROM sorted
    GROUP BY uscc, month_start
),
wholesale AS (
    SELECT uscc, month_start, sum(wholesale_l) AS wholesale_l
    FROM marts.fuel_wholesale_month
    GROUP BY uscc, month_start
),
declared AS (
    SELECT
        uscc, month_start, sum(declared_l + stored_l) AS use_l, sum(corrected_l) AS corrected_l,
        sum(deduct_l - return_l) AS deduct_l, sum(settled_l) AS hq_l
    FROM marts.fuel_station_month
    GROUP BY uscc, month_start
),
months AS (
    SELECT uscc, month_start FROM bought
    UNION
    SELECT uscc, month_start FROM declared
),
book AS (
    SELECT
        m.uscc, m.month_start, year(m.month_start) * 12 + month(m.month_start) AS month_no,  -- literal: 一年十二个月
        year(s.open_date) * 12 + month(s.open_date) AS open_no,  -- literal: 一年十二个月
        year(s.close_date) * 12 + month(s.close_date) AS close_no,  -- literal: 一年十二个月
        coalesce(b.in_l, 0) AS in_l, b.tax, coalesce(d.use_l, 0) AS use_l,
        coalesce(b.red_l, 0) AS red_l, coalesce(b.unit_l, 0) AS unit_l, coalesce(b.direct_l, 0) AS direct_l,
        coalesce(d.deduct_l, 0) AS deduct_l, coalesce(d.hq_l, 0) AS hq_l, coalesce(w.wholesale_l, 0) AS wholesale_l,
        coalesce(d.corrected_l, 0) AS corrected_l
    FROM months AS m
    JOIN station AS s ON s.uscc = m.uscc
    LEFT JOIN bought AS b ON b.uscc = m.uscc AND b.month_start = m.month_start
    LEFT JOIN declared AS d ON d.uscc = m.uscc AND d.month_start = m.month_start
    LEFT JOIN wholesale AS w ON w.uscc = m.uscc AND w.month_start = m.month_start
),
net AS (
    SELECT
        uscc, month_start, month_no, open_no, close_no, in_l, tax, use_l, red_l, unit_l, direct_l, deduct_l, hq_l, corrected_l,
        $bare_invoice_ratio * nullif(in_l, 0) AS limit_l,  -- 没有进票的月份不比
        in_l - use_l AS raw_l,
        in_l - use_l - red_l - unit_l - direct_l - deduct_l - hq_l - wholesale_l - corrected_l AS net_l
    FROM book
),
spread AS (
    SELECT
        uscc, month_start, month_no, open_no, close_no, in_l, tax, use_l, red_l, unit_l, direct_l, deduct_l, hq_l, corrected_l,
        limit_l, raw_l, net_l,
        sum(net_l) OVER (
            PARTITION BY uscc ORDER BY month_no
            RANGE BETWEEN $window_reach_months PRECEDING AND $window_reach_months FOLLOWING
        ) AS window_l
    FROM net
),
coded AS (
    SELECT
        p.uscc, p.month_start, p.in_l, p.tax, p.use_l, p.raw_l, p.net_l,
        p.month_no - row_number() OVER (PARTITION BY p.uscc ORDER BY p.month_no) AS island,  -- unique: 一月一企业一行
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.tax_assessment AS a
                WHERE a.uscc = p.uscc AND a.method <> '查账征收'
                    AND a.valid_from <= p.month_start AND coalesce(a.valid_to, p.month_start) >= p.month_start
            ) THEN 'ASSESSED'
            WHEN p.month_no >= p.open_no AND p.month_no < p.open_no + $new_station_months THEN 'NEW_OR_CLOSING'
            WHEN p.month_no <= p.close_no AND p.month_no > p.close_no - $new_station_months THEN 'NEW_OR_CLOSING'
            WHEN p.raw_l - p.red_l <= p.limit_l THEN 'RED_REISSUE'
            WHEN p.raw_l - p.red_l - p.unit_l <= p.limit_l THEN 'UNIT_ERROR'
            WHEN p.raw_l - p.red_l - p.unit_l - p.direct_l <= p.limit_l THEN 'DROP_SHIPMENT'
            WHEN p.raw_l - p.red_l - p.unit_l - p.direct_l - p.deduct_l <= p.limit_l THEN 'SELF_USE'
            WHEN p.raw_l - p.red_l - p.unit_l - p.direct_l - p.deduct_l - p.hq_l <= p.limit_l THEN 'PARENT_SETTLED'
            WHEN p.net_l + p.corrected_l <= p.limit_l THEN 'WHOLESALE'
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
        sum(CASE WHEN code IS NULL THEN CAST(round(tax * net_l / in_l, 2) AS DECIMAL(18, 2)) END) AS tax
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

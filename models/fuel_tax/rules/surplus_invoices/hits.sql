-- 富余票虚开：加油站一个月里开给同一购方的成品油发票，五项异常占了几项：升数远超购方用油能力、单份过大、整数金额、
-- 购方用油地点很远、凌晨开具。按销方、购方、月。
-- 红字发票按红冲的升数、税额冲减原发票；销方有几座站的，用油地点按最近的一座算。
-- 已检验的合理解释：红冲重开、吨升填错、直送工地、同证批发、总公司统一购油、几个月合并开票。
WITH line AS (
    SELECT
        l.inv_no, l.red_of, l.seller_uscc, l.buyer_uscc, l.issue_ts, l.amt_ex_tax, l.tax, l.litres,
        CAST(
            CASE WHEN l.unit = '吨' AND abs(l.amt_ex_tax) < abs(l.qty) * $min_yuan_per_tonne THEN l.qty ELSE l.litres END
            AS DECIMAL(18, 4)
        ) AS fixed_litres
    FROM marts.fuel_invoice_line AS l
    WHERE EXISTS (SELECT 1 FROM fuel.gas_station AS s WHERE s.uscc = l.seller_uscc)
),
issued AS (
    SELECT
        inv_no, seller_uscc, buyer_uscc, issue_ts, sum(amt_ex_tax + coalesce(tax, 0)) AS gross, sum(amt_ex_tax) AS amt_ex_tax,
        sum(tax) AS tax, sum(litres) AS litres, sum(fixed_litres) AS fixed_litres
    FROM line
    WHERE red_of IS NULL
    GROUP BY inv_no, seller_uscc, buyer_uscc, issue_ts
),
returned AS (
    SELECT
        red_of AS inv_no, sum(amt_ex_tax) AS amt_ex_tax, sum(tax) AS tax, sum(litres) AS litres, sum(fixed_litres) AS fixed_litres
    FROM line
    GROUP BY red_of
),
invoice AS (
    SELECT
        i.inv_no, i.seller_uscc, i.buyer_uscc, i.issue_ts, i.gross, i.tax, i.litres,
        i.amt_ex_tax + coalesce(r.amt_ex_tax, 0) AS kept_yuan,
        i.tax + coalesce(r.tax, 0) AS kept_tax,
        i.litres + coalesce(r.litres, 0) AS kept_l,
        i.fixed_litres + coalesce(r.fixed_litres, 0) AS fixed_l,
        EXISTS (SELECT 1 FROM fuel.delivery_agreement AS a WHERE a.inv_no = i.inv_no AND a.kind = '直送') AS is_direct
    FROM issued AS i
    LEFT JOIN returned AS r ON r.inv_no = i.inv_no
),
kept AS (
    SELECT inv_no, seller_uscc, buyer_uscc, issue_ts, gross, kept_tax, kept_l, fixed_l, is_direct
    FROM invoice
    WHERE kept_yuan > 0
),
variant AS (
    SELECT 'RAW' AS variant, inv_no, seller_uscc, buyer_uscc, issue_ts, gross, tax, litres
    FROM invoice
    UNION ALL
    SELECT 'RED_REISSUE', inv_no, seller_uscc, buyer_uscc, issue_ts, gross, kept_tax, kept_l
    FROM kept
    UNION ALL
    SELECT 'UNIT_ERROR', inv_no, seller_uscc, buyer_uscc, issue_ts, gross, kept_tax, fixed_l
    FROM kept
    UNION ALL
    SELECT 'DROP_SHIPMENT', inv_no, seller_uscc, buyer_uscc, issue_ts, gross, kept_tax, fixed_l
    FROM kept
    WHERE NOT is_direct
),
monthly AS (
    SELECT
        variant, seller_uscc, buyer_uscc, CAST(date_trunc('month', issue_ts) AS DATE) AS month_start,
        count(*) AS invoice_count, sum(litres) AS litres, sum(tax) AS tax, max(litres) AS largest_l,
        sum(CASE WHEN gross % $round_yuan = 0 THEN 1 ELSE 0 END) AS round_count,
        sum(CASE WHEN hour(issue_ts) < $night_end_hour THEN 1 ELSE 0 END) AS night_count
    FROM variant
    GROUP BY variant, seller_uscc, buyer_uscc, CAST(date_trunc('month', issue_ts) AS DATE)
),
smoothed AS (
    SELECT
        variant, seller_uscc, buyer_uscc, month_start, invoice_count, litres, tax, largest_l, round_count, night_count,
        coalesce(
            year(month_start) * 12 + month(month_start)  -- literal: 一年十二个月
            - lag(year(month_start) * 12 + month(month_start)) OVER (  -- literal: 一年十二个月
                PARTITION BY variant, seller_uscc, buyer_uscc ORDER BY month_start
            ), 1
        ) AS billed_months
    FROM monthly
),
capacity AS (
    SELECT uscc, est_month_l, lon, lat
    FROM fuel.fleet_capacity
    QUALIFY row_number() OVER (PARTITION BY uscc ORDER BY surveyed_on DESC) = 1
),
branches AS (
    SELECT b.hq_uscc, sum(c.est_month_l) AS est_month_l
    FROM (SELECT DISTINCT hq_uscc, branch_uscc FROM fuel.branch_relation) AS b
    JOIN capacity AS c ON c.uscc = b.branch_uscc
    GROUP BY b.hq_uscc
),
apart AS (
    SELECT
        m.seller_uscc, m.buyer_uscc,
        CAST(round((c.lat - s.lat) * $metres_per_degree, 0) AS BIGINT) AS north_m,
        CAST(round((c.lon - s.lon) * $metres_per_degree, 0) AS BIGINT) AS equator_m,
        CAST(round((c.lat + s.lat) / 2, 0) AS BIGINT) AS mid_lat  -- literal: 两点平均纬度取整
    FROM (SELECT seller_uscc, buyer_uscc FROM issued GROUP BY seller_uscc, buyer_uscc) AS m
    JOIN fuel.gas_station AS s ON s.uscc = m.seller_uscc
    JOIN capacity AS c ON c.uscc = m.buyer_uscc
),
flat AS (
    SELECT
        seller_uscc, buyer_uscc, north_m,
        CAST(
            round(
                equator_m * CAST(
                    1 - 0.00015225 * mid_lat * mid_lat  -- literal: 余弦的多项式系数
                    + 0.0000000037 * mid_lat * mid_lat * mid_lat * mid_lat  -- literal: 余弦的多项式系数
                    AS DECIMAL(18, 6)
                ), 0
            ) AS BIGINT
        ) AS east_m
    FROM apart
),
distance AS (
    SELECT seller_uscc, buyer_uscc, min(north_m * north_m + east_m * east_m) AS square_m
    FROM flat
    GROUP BY seller_uscc, buyer_uscc
),
flagged AS (
    SELECT
        m.variant, m.seller_uscc, m.buyer_uscc, m.month_start, m.invoice_count, m.litres, m.tax, m.largest_l, m.round_count,
        m.night_count, c.est_month_l AS capacity_l, d.square_m,
        CASE WHEN m.litres > $capacity_multiple * c.est_month_l THEN 1 ELSE 0 END AS is_over,
        CASE WHEN m.litres > $capacity_multiple * (c.est_month_l + coalesce(b.est_month_l, 0)) THEN 1 ELSE 0 END AS is_over_group,
        CASE WHEN m.litres > $capacity_multiple * c.est_month_l * least(m.billed_months, $merged_months) THEN 1 ELSE 0 END AS is_over_window,
        CASE WHEN m.largest_l > $single_invoice_litres THEN 1 ELSE 0 END AS is_large,
        CASE WHEN m.round_count >= $round_share * m.invoice_count THEN 1 ELSE 0 END AS is_round,
        CASE
            WHEN d.square_m > CAST($far_metres AS BIGINT) * CAST($far_metres AS BIGINT) THEN 1
            ELSE 0
        END AS is_far,
        CASE WHEN m.night_count > 0 THEN 1 ELSE 0 END AS is_night
    FROM smoothed AS m
    LEFT JOIN capacity AS c ON c.uscc = m.buyer_uscc
    LEFT JOIN branches AS b ON b.hq_uscc = m.buyer_uscc
    LEFT JOIN distance AS d ON d.seller_uscc = m.seller_uscc AND d.buyer_uscc = m.buyer_uscc
),
counted AS (
    SELECT
        variant, seller_uscc, buyer_uscc, month_start, invoice_count, litres, tax, largest_l, round_count, night_count,
        capacity_l, square_m, is_over, is_large, is_round, is_far, is_night,
        is_over + is_large + is_round + is_far + is_night AS flags,
        is_over_group + is_large + is_round + is_far + is_night AS group_flags,
        is_over_window + is_large + is_round + is_far + is_night AS window_flags
    FROM flagged
),
judged AS (
    SELECT
        a.seller_uscc, a.buyer_uscc, a.month_start,
        CASE
            WHEN coalesce(r.flags, 0) < $surplus_flags THEN 'RED_REISSUE'
            WHEN u.flags < $surplus_flags THEN 'UNIT_ERROR'
            WHEN coalesce(d.flags, 0) < $surplus_flags THEN 'DROP_SHIPMENT'
            WHEN EXISTS (SELECT 1 FROM fuel.gas_station AS s WHERE s.uscc = a.seller_uscc AND s.biz_scope = '批零兼营')
                AND EXISTS (SELECT 1 FROM fuel.gas_station AS b WHERE b.uscc = a.buyer_uscc) THEN 'WHOLESALE'
            WHEN d.group_flags < $surplus_flags THEN 'PARENT_SETTLED'
            WHEN d.window_flags < $surplus_flags THEN 'PERIOD_SHIFT'
        END AS exclusion_code
    FROM counted AS a
    LEFT JOIN counted AS r
        ON r.variant = 'RED_REISSUE' AND r.seller_uscc = a.seller_uscc AND r.buyer_uscc = a.buyer_uscc AND r.month_start = a.month_start
    LEFT JOIN counted AS u
        ON u.variant = 'UNIT_ERROR' AND u.seller_uscc = a.seller_uscc AND u.buyer_uscc = a.buyer_uscc AND u.month_start = a.month_start
    LEFT JOIN counted AS d
        ON d.variant = 'DROP_SHIPMENT' AND d.seller_uscc = a.seller_uscc AND d.buyer_uscc = a.buyer_uscc AND d.month_start = a.month_start
    WHERE a.variant = 'RAW' AND a.flags >= $surplus_flags
)
SELECT
    j.seller_uscc AS subject_id,
    j.month_start AS occurred_from,
    last_day(j.month_start) AS occurred_to,
    CASE WHEN j.exclusion_code IS NULL THEN CAST(c.tax AS DECIMAL(18, 2)) END AS amount,
    j.exclusion_code,
    j.month_start,
    j.buyer_uscc,
    c.flags AS flag_count,
    trim(
        CASE WHEN c.is_over = 1 THEN '远超用油能力 ' ELSE '' END || CASE WHEN c.is_large = 1 THEN '单份过大 ' ELSE '' END
        || CASE WHEN c.is_round = 1 THEN '整数金额 ' ELSE '' END || CASE WHEN c.is_far = 1 THEN '用油地点很远 ' ELSE '' END
        || CASE WHEN c.is_night = 1 THEN '凌晨开具' ELSE '' END
    ) AS signs,
    CAST(c.invoice_count AS INTEGER) AS invoice_count,
    CAST(c.litres AS DECIMAL(18, 2)) AS litres,
    CAST(c.tax AS DECIMAL(18, 2)) AS tax_amt,
    c.capacity_l,
    CAST(c.largest_l AS DECIMAL(18, 2)) AS largest_l,
    CAST(c.round_count AS INTEGER) AS round_count,
    CAST(c.night_count AS INTEGER) AS night_count,
    CAST(round(sqrt(c.square_m) / 1000, 0) AS INTEGER) AS distance_km  -- literal: 米换公里
FROM judged AS j
JOIN counted AS c
    ON c.seller_uscc = j.seller_uscc AND c.buyer_uscc = j.buyer_uscc AND c.month_start = j.month_start
    AND c.variant = CASE WHEN j.exclusion_code IS NULL THEN 'UNIT_ERROR' ELSE 'RAW' END

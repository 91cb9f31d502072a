-- 税负或单价偏低：增值税应纳税额与销售额之比连续若干个月低于同省加油站的第十百分位；或者申报销售额折合的含税单价
-- 低于最高零售价的一定比例。按纳税人；税负按连续期间，单价按月。只给线索打分，不计金额。
-- 百分位按名次取：同省同月由低到高排名，名次满百分之十的第一名的税负；低于它才算，等于不算。
-- 所属期错位：前后月份超出最高零售价的申报额不可能是当月卖的，加回本月。
-- 已检验的合理解释：核定征收、新开停业、更正申报、同证批发、总公司结算或汇总纳税、备案优惠、所属期错位。
WITH taxpayer AS (
    SELECT
        uscc, min(substr(region_code, 1, 2)) AS province,  -- literal: 前两位是省
        bool_or(biz_scope = '批零兼营') AS is_wholesale,
        max(open_date) AS open_date, min(close_date) AS close_date
    FROM fuel.gas_station
    GROUP BY uscc
),
filed AS (
    SELECT
        uscc, period, year(period) * 12 + month(period) AS month_no,  -- literal: 一年十二个月
        arg_min(sales_taxed, filed_on) AS first_sales, arg_max(sales_taxed, filed_on) AS last_sales
    FROM fuel.vat_return
    GROUP BY uscc, period
),
taxed AS (
    SELECT
        uscc, period, year(period) * 12 + month(period) AS month_no,  -- literal: 一年十二个月
        arg_min(sales_taxed, filed_on) AS first_sales, arg_max(sales_taxed, filed_on) AS last_sales,
        arg_min(payable, filed_on) AS first_payable, arg_max(payable, filed_on) AS last_payable
    FROM fuel.vat_return
    WHERE payable IS NOT NULL
    GROUP BY uscc, period
),
rated AS (
    SELECT
        f.uscc, t.province, f.period AS month_start, f.month_no,
        CAST(round(f.first_payable / f.first_sales, 6) AS DECIMAL(18, 6)) AS first_burden,  -- literal: 六位小数
        CAST(round(f.last_payable / f.last_sales, 6) AS DECIMAL(18, 6)) AS last_burden  -- literal: 六位小数
    FROM taxed AS f
    JOIN taxpayer AS t ON t.uscc = f.uscc
    WHERE f.first_sales > 0 AND f.last_sales > 0
),
ranked AS (
    SELECT
        province, month_start, last_burden,
        row_number() OVER (PARTITION BY province, month_start ORDER BY last_burden, uscc) AS place,  -- unique: 一月一企业一行
        count(*) OVER (PARTITION BY province, month_start) AS n
    FROM rated
),
low_mark AS (
    SELECT province, month_start, min(last_burden) AS mark
    FROM ranked
    WHERE n >= $min_peers AND place * 100 >= n * $burden_percentile
    GROUP BY province, month_start
),
low AS (
    SELECT
        r.uscc, r.month_start, r.month_no, r.first_burden,
        CASE WHEN r.last_burden < m.mark THEN 1 ELSE 0 END AS still_low,
        r.month_no - row_number() OVER (PARTITION BY r.uscc ORDER BY r.month_no) AS island  -- unique: 一月一企业一行
    FROM rated AS r
    JOIN low_mark AS m ON m.province = r.province AND m.month_start = r.month_start
    WHERE r.first_burden < m.mark
),
streak AS (
    SELECT
        uscc, min(month_start) AS month_start, max(month_start) AS last_month, min(month_no) AS month_no, max(month_no) AS last_no,
        count(*) AS months, sum(still_low) AS low_months, max(first_burden) AS burden
    FROM low
    GROUP BY uscc, island
    HAVING count(*) >= $low_burden_months
),
burden_hit AS (
    SELECT
        k.uscc, k.month_start, k.last_month, k.months, k.burden,
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.tax_assessment AS a
                WHERE a.uscc = k.uscc AND a.method <> '查账征收'
                    AND a.valid_from <= k.last_month AND coalesce(a.valid_to, k.month_start) >= k.month_start
            ) THEN 'ASSESSED'
            WHEN k.month_no - (year(t.open_date) * 12 + month(t.open_date))  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN (year(t.close_date) * 12 + month(t.close_date)) - k.last_no  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN k.low_months < $low_burden_months THEN 'CORRECTED'
            WHEN t.is_wholesale THEN 'WHOLESALE'
            WHEN EXISTS (
                SELECT 1 FROM fuel.branch_relation AS b
                WHERE b.branch_uscc = k.uscc AND b.kind = '汇总纳税'
                    AND b.valid_from <= k.month_start AND coalesce(b.valid_to, k.last_month) >= k.last_month
            ) THEN 'PARENT_SETTLED'
        END AS exclusion_code
    FROM streak AS k
    JOIN taxpayer AS t ON t.uscc = k.uscc
),
grade_sold AS (
    SELECT s.uscc, p.station_id, s.region_code, p.period AS month_start, p.oil_grade, arg_max(p.out_l, p.filed_on) AS litres
    FROM fuel.oil_psi AS p
    JOIN fuel.gas_station AS s ON s.station_id = p.station_id
    GROUP BY s.uscc, p.station_id, s.region_code, p.period, p.oil_grade
),
capped AS (
    SELECT g.uscc, g.station_id, g.month_start, g.oil_grade, g.litres, max(c.cap_per_l) AS cap_per_l
    FROM grade_sold AS g
    JOIN fuel.price_cap AS c
        ON substr(c.region_code, 1, 2) = substr(g.region_code, 1, 2)  -- literal: 前两位是省
        AND c.oil_grade = g.oil_grade AND c.valid_from <= g.month_start AND coalesce(c.valid_to, g.month_start) >= g.month_start
    GROUP BY g.uscc, g.station_id, g.month_start, g.oil_grade, g.litres
),
promoted AS (
    SELECT c.station_id, c.month_start, max(p.discount_per_l) AS discount_per_l
    FROM capped AS c
    JOIN fuel.price_promotion AS p
        ON p.station_id = c.station_id AND p.valid_from <= c.month_start AND p.valid_to >= last_day(c.month_start)
    GROUP BY c.station_id, c.month_start
),
worth AS (
    SELECT
        c.uscc, c.month_start, sum(c.litres) AS litres, sum(CAST(c.litres * c.cap_per_l AS DECIMAL(18, 4))) AS cap_amt,
        sum(CAST(c.litres * p.discount_per_l AS DECIMAL(18, 4))) AS discount_amt
    FROM capped AS c
    LEFT JOIN promoted AS p ON p.station_id = c.station_id AND p.month_start = c.month_start
    GROUP BY c.uscc, c.month_start
),
hq_paid AS (
    SELECT s.uscc, c.period, sum(c.amt) AS amt
    FROM fuel.card_settlement AS c
    JOIN fuel.gas_station AS s ON s.station_id = c.station_id
    WHERE EXISTS (
        SELECT 1 FROM fuel.branch_relation AS b
        WHERE b.branch_uscc = s.uscc AND b.hq_uscc = c.hq_uscc
            AND b.valid_from <= c.period AND coalesce(b.valid_to, c.period) >= c.period
    )
    GROUP BY s.uscc, c.period
),
priced AS (
    SELECT
        w.uscc, w.month_start, f.month_no, w.litres, w.cap_amt, w.discount_amt, h.amt AS hq_amt,
        CAST(f.first_sales * (1 + $vat_rate) AS DECIMAL(18, 4)) AS first_amt,
        CAST(f.last_sales * (1 + $vat_rate) AS DECIMAL(18, 4)) AS last_amt,
        CAST($price_floor * w.cap_amt AS DECIMAL(18, 4)) AS floor_amt
    FROM worth AS w
    JOIN filed AS f ON f.uscc = w.uscc AND f.period = w.month_start
    LEFT JOIN hq_paid AS h ON h.uscc = w.uscc AND h.period = w.month_start
    WHERE w.litres <> 0
),
spread AS (
    SELECT
        uscc, month_start, month_no, litres, cap_amt, discount_amt, hq_amt, first_amt, last_amt, floor_amt,
        last_amt + sum(greatest(last_amt - cap_amt, 0)) OVER (
            PARTITION BY uscc ORDER BY month_no
            RANGE BETWEEN $window_reach_months PRECEDING AND $window_reach_months FOLLOWING
        ) AS window_amt
    FROM priced
),
price_hit AS (
    SELECT
        p.uscc, p.month_start, p.litres, p.cap_amt, p.first_amt,
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.tax_assessment AS a
                WHERE a.uscc = p.uscc AND a.method <> '查账征收'
                    AND a.valid_from <= p.month_start AND coalesce(a.valid_to, p.month_start) >= p.month_start
            ) THEN 'ASSESSED'
            WHEN p.month_no - (year(t.open_date) * 12 + month(t.open_date))  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN (year(t.close_date) * 12 + month(t.close_date)) - p.month_no  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN p.last_amt >= p.floor_amt THEN 'CORRECTED'
            WHEN t.is_wholesale THEN 'WHOLESALE'
            WHEN p.last_amt + p.hq_amt >= p.floor_amt THEN 'PARENT_SETTLED'
            WHEN p.last_amt + p.discount_amt >= p.floor_amt THEN 'DISCOUNT'
            WHEN p.window_amt >= p.floor_amt THEN 'PERIOD_SHIFT'
        END AS exclusion_code
    FROM spread AS p
    JOIN taxpayer AS t ON t.uscc = p.uscc
    WHERE p.first_amt < p.floor_amt
)
SELECT
    uscc AS subject_id,
    month_start AS occurred_from,
    last_day(last_month) AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    '税负偏低' AS finding,
    month_start,
    CAST(months AS INTEGER) AS months,
    burden,
    CAST(NULL AS DECIMAL(18, 4)) AS price,
    CAST(NULL AS DECIMAL(18, 4)) AS cap
FROM burden_hit
UNION ALL
SELECT
    uscc, month_start, last_day(month_start), CAST(NULL AS DECIMAL(18, 2)), exclusion_code, '申报单价偏低', month_start, NULL, NULL,
    CAST(round(first_amt / litres, 4) AS DECIMAL(18, 4)),  -- literal: 四位小数
    CAST(round(cap_amt / litres, 4) AS DECIMAL(18, 4))  -- literal: 四位小数
FROM price_hit

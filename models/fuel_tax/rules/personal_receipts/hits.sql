-- 个人账户收款：加油款进了法定代表人、股东、近亲属或员工的个人账户且占比或金额过大；或者全部收款折算不含税后
-- 明显大于申报销售额。按纳税人、月。
-- 已检验的合理解释：非油品收款、总公司结算、核定征收、更正申报、收款已全额申报、所属期错位、新开或停业。
WITH linked AS (
    SELECT DISTINCT uscc, id_no FROM fuel.payee_link WHERE list_contains($linked_relations, relation)
),
receipt AS (
    SELECT
        s.uscc, CAST(date_trunc('month', r.pay_ts) AS DATE) AS month_start, r.amt, k.id_no AS linked_id,
        coalesce(r.goods_kind, '油品') = '油品' AS is_fuel
    FROM fuel.pay_receipt AS r
    JOIN fuel.gas_station AS s ON s.station_id = r.station_id
    LEFT JOIN linked AS k ON r.payee_kind = '个人' AND k.uscc = s.uscc AND k.id_no = r.payee_id_no
),
received AS (
    SELECT
        uscc, month_start,
        sum(amt) AS total_amt,
        sum(CASE WHEN linked_id IS NOT NULL THEN amt ELSE 0 END) AS personal_amt,
        sum(CASE WHEN is_fuel THEN amt ELSE 0 END) AS fuel_amt,
        sum(CASE WHEN is_fuel AND linked_id IS NOT NULL THEN amt ELSE 0 END) AS fuel_personal_amt,
        count(DISTINCT linked_id) AS payee_count
    FROM receipt
    GROUP BY uscc, month_start
),
declared AS (
    SELECT
        uscc, period,
        least(arg_min(sales_taxed, filed_on), arg_max(sales_taxed, filed_on)) AS sales,
        greatest(arg_max(sales_taxed, filed_on) - arg_min(sales_taxed, filed_on), 0) AS corrected
    FROM fuel.vat_return
    GROUP BY uscc, period
),
settled AS (
    SELECT s.uscc, c.period, sum(c.amt) AS hq_amt
    FROM fuel.card_settlement AS c
    JOIN fuel.gas_station AS s ON s.station_id = c.station_id
    WHERE EXISTS (
        SELECT 1 FROM fuel.branch_relation AS b
        WHERE b.branch_uscc = s.uscc AND b.hq_uscc = c.hq_uscc
            AND b.valid_from <= c.period AND coalesce(b.valid_to, c.period) >= c.period
    )
    GROUP BY s.uscc, c.period
),
life AS (
    SELECT uscc, max(open_date) AS open_date, min(close_date) AS close_date
    FROM fuel.gas_station
    GROUP BY uscc
),
book AS (
    SELECT
        r.uscc, r.month_start, year(r.month_start) * 12 + month(r.month_start) AS month_no,  -- literal: 一年十二个月
        r.total_amt, r.personal_amt, r.fuel_amt, r.fuel_personal_amt, r.payee_count,
        coalesce(d.sales, 0) AS sales, coalesce(d.corrected, 0) AS corrected,
        CAST(round(r.total_amt / (1 + $vat_rate), 2) AS DECIMAL(18, 2)) AS total_net,
        CAST(round(r.fuel_amt / (1 + $vat_rate), 2) AS DECIMAL(18, 2)) AS fuel_net,
        CAST(round(coalesce(h.hq_amt, 0) / (1 + $vat_rate), 2) AS DECIMAL(18, 2)) AS hq_net
    FROM received AS r
    LEFT JOIN declared AS d ON d.uscc = r.uscc AND d.period = r.month_start
    LEFT JOIN settled AS h ON h.uscc = r.uscc AND h.period = r.month_start
),
tested AS (
    SELECT
        b.uscc, b.month_start, b.month_no, b.total_amt, b.personal_amt, b.fuel_amt, b.fuel_personal_amt, b.payee_count,
        b.sales, b.corrected, b.total_net, b.fuel_net, b.hq_net,
        b.personal_amt > $personal_share * b.total_amt OR b.personal_amt > $personal_month_yuan AS is_personal,
        b.fuel_personal_amt > $personal_share * b.fuel_amt OR b.fuel_personal_amt > $personal_month_yuan AS is_fuel_personal,
        b.total_net - b.sales > $receipt_gap_ratio * b.sales AS is_under,
        b.fuel_net - b.sales > $receipt_gap_ratio * b.sales AS is_fuel_under,
        b.fuel_net - b.hq_net - b.sales AS short_yuan,
        $declared_tolerance * b.sales AS tolerance_yuan,
        sum(b.fuel_net - b.hq_net - b.sales - b.corrected) OVER (
            PARTITION BY b.uscc ORDER BY b.month_no
            RANGE BETWEEN $window_reach_months PRECEDING AND $window_reach_months FOLLOWING
        ) AS window_yuan
    FROM book AS b
),
explained AS (
    SELECT
        t.uscc, t.month_start, t.total_amt, t.personal_amt, t.payee_count, t.sales, t.total_net, t.short_yuan, t.is_personal, t.is_under,
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.tax_assessment AS a
                WHERE a.uscc = t.uscc AND a.method <> '查账征收'
                    AND a.valid_from <= t.month_start AND coalesce(a.valid_to, t.month_start) >= t.month_start
            ) THEN 'ASSESSED'
            WHEN NOT t.is_fuel_personal AND NOT t.is_fuel_under THEN 'NON_FUEL'
            WHEN t.total_net - t.sales <= t.tolerance_yuan THEN 'DECLARED'
            WHEN t.short_yuan <= t.tolerance_yuan AND t.fuel_net - t.sales > t.tolerance_yuan THEN 'PARENT_SETTLED'
            WHEN t.short_yuan <= t.tolerance_yuan THEN 'NON_FUEL'
            WHEN t.short_yuan - t.corrected <= t.tolerance_yuan THEN 'CORRECTED'
            WHEN t.month_no - (year(l.open_date) * 12 + month(l.open_date))  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN (year(l.close_date) * 12 + month(l.close_date)) - t.month_no  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN t.window_yuan <= t.tolerance_yuan THEN 'PERIOD_SHIFT'
        END AS exclusion_code
    FROM tested AS t
    JOIN life AS l ON l.uscc = t.uscc
    WHERE t.is_personal OR t.is_under
)
SELECT
    uscc AS subject_id,
    month_start AS occurred_from,
    last_day(month_start) AS occurred_to,
    CASE WHEN exclusion_code IS NULL THEN CAST(round(short_yuan * $vat_rate, 2) AS DECIMAL(18, 2)) END AS amount,
    exclusion_code,
    month_start,
    CASE WHEN is_personal AND is_under THEN '个人收款且少申报' WHEN is_personal THEN '个人收款' ELSE '收款大于申报' END AS finding,
    CAST(total_amt AS DECIMAL(18, 2)) AS total_amt,
    CAST(personal_amt AS DECIMAL(18, 2)) AS personal_amt,
    CAST(round(personal_amt / nullif(total_amt, 0), 4) AS DECIMAL(18, 4)) AS personal_share,
    payee_count,
    total_net,
    CAST(sales AS DECIMAL(18, 2)) AS declared_sales,
    CAST(short_yuan AS DECIMAL(18, 2)) AS undeclared_sales
FROM explained

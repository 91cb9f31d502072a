-- 枪出量大于申报：按站、月、油品比较总累数推算的枪出量与购销存申报的销量，三个月内至少两个月超出才报。
-- 只累加非负的读数差，归零另行计数，不与真实销量相抵。
-- 已检验的合理解释：核准扣除、检定维修跳数、总公司结算、批发开票、更正申报、吨升填错、核定征收、新开或停业、改号、
-- 采集器离线、所属期错位、孤立单月。
WITH step AS (
    SELECT
        nozzle_id, read_ts, total_l, total_amt,
        lag(total_l) OVER (PARTITION BY nozzle_id ORDER BY read_ts) AS before_l,
        lag(total_amt) OVER (PARTITION BY nozzle_id ORDER BY read_ts) AS before_amt
    FROM fuel.totalizer_read
),
nozzle_month AS (
    SELECT
        nozzle_id,
        CAST(date_trunc('month', read_ts) AS DATE) AS month_start,
        sum(greatest(total_l - before_l, 0)) AS sold_l,
        sum(CASE WHEN total_l > before_l THEN greatest(total_amt - before_amt, 0) END) AS sold_amt,
        sum(CASE WHEN total_l < before_l THEN 1 ELSE 0 END) AS reset_count,
        arg_min(coalesce(before_l, total_l), read_ts) AS start_total_l,
        arg_max(total_l, read_ts) AS end_total_l
    FROM step
    GROUP BY nozzle_id, CAST(date_trunc('month', read_ts) AS DATE)
),
jump AS (
    SELECT
        nozzle_id, CAST(date_trunc('month', service_ts) AS DATE) AS month_start,
        sum(greatest(total_after_l - total_before_l, 0)) AS jump_l
    FROM fuel.pump_service
    GROUP BY nozzle_id, CAST(date_trunc('month', service_ts) AS DATE)
),
sold AS (
    SELECT
        n.station_id, n.oil_grade, m.month_start,
        sum(m.sold_l) AS sold_l, nullif(sum(m.sold_amt), 0) AS sold_amt, sum(m.reset_count) AS reset_count,
        sum(m.start_total_l) AS start_total_l, sum(m.end_total_l) AS end_total_l,
        coalesce(sum(j.jump_l), 0) AS jump_l, count(*) AS nozzle_count
    FROM nozzle_month AS m
    JOIN fuel.pump_nozzle AS n ON n.nozzle_id = m.nozzle_id
    LEFT JOIN jump AS j ON j.nozzle_id = m.nozzle_id AND j.month_start = m.month_start
    GROUP BY n.station_id, n.oil_grade, m.month_start
),
balance AS (
    SELECT
        s.uscc, s.region_code, m.station_id, m.oil_grade, f.oil_group, m.month_start,
        year(m.month_start) * 12 + month(m.month_start) AS month_no,  -- literal: 一年十二个月
        year(s.open_date) * 12 + month(s.open_date) AS open_no,  -- literal: 一年十二个月
        year(s.close_date) * 12 + month(s.close_date) AS close_no,  -- literal: 一年十二个月
        m.sold_l, m.sold_amt, m.reset_count, m.start_total_l, m.end_total_l, m.nozzle_count, m.jump_l,
        coalesce(d.declared_l, 0) AS declared_l, coalesce(d.corrected_l, 0) AS corrected_l,
        coalesce(d.deduct_l, 0) AS deduct_l, coalesce(d.settled_l, 0) AS hq_l,
        coalesce(w.wholesale_l, 0) AS wholesale_l, f.litres_per_tonne
    FROM sold AS m
    JOIN fuel.gas_station AS s ON s.station_id = m.station_id
    LEFT JOIN marts.fuel_grade AS f ON f.oil_grade = m.oil_grade
    LEFT JOIN marts.fuel_station_month AS d
        ON d.station_id = m.station_id AND d.oil_grade = m.oil_grade AND d.month_start = m.month_start
    LEFT JOIN marts.fuel_wholesale_month AS w
        ON w.uscc = s.uscc AND s.biz_scope = '批零兼营' AND w.oil_grade = m.oil_grade AND w.month_start = m.month_start
),
gap AS (
    SELECT
        b.uscc, b.region_code, b.station_id, b.oil_grade, b.oil_group, b.month_start, b.month_no, b.open_no, b.close_no,
        b.sold_l, b.sold_amt, b.reset_count, b.start_total_l, b.end_total_l, b.nozzle_count, b.declared_l,
        b.deduct_l, b.jump_l, b.hq_l, b.corrected_l, b.litres_per_tonne,
        greatest($sales_gap_litres, $sales_gap_ratio * b.declared_l) AS limit_l,
        b.sold_l - b.declared_l AS raw_l,
        b.sold_l - b.declared_l - b.deduct_l - b.jump_l - b.hq_l - b.wholesale_l - b.corrected_l AS net_l
    FROM balance AS b
),
spread AS (
    SELECT
        g.uscc, g.region_code, g.station_id, g.oil_grade, g.month_start, g.month_no, g.open_no, g.close_no, g.sold_l,
        g.sold_amt, g.reset_count, g.start_total_l, g.end_total_l, g.nozzle_count, g.declared_l, g.deduct_l, g.jump_l,
        g.hq_l, g.corrected_l, g.litres_per_tonne, g.limit_l, g.raw_l, g.net_l,
        sum(g.net_l) OVER (
            PARTITION BY g.station_id, g.oil_grade ORDER BY g.month_no
            RANGE BETWEEN $window_reach_months PRECEDING AND $window_reach_months FOLLOWING
        ) AS window_l,
        sum(g.net_l) OVER (
            PARTITION BY g.station_id, g.oil_grade ORDER BY g.month_no RANGE BETWEEN 1 PRECEDING AND CURRENT ROW
        ) AS pair_l,
        sum(g.net_l) OVER (PARTITION BY g.station_id, g.oil_group, g.month_start) AS group_l
    FROM gap AS g
),
explained AS (
    SELECT
        p.uscc, p.region_code, p.station_id, p.oil_grade, p.month_start, p.month_no, p.sold_l, p.sold_amt, p.reset_count,
        p.start_total_l, p.end_total_l, p.nozzle_count, p.declared_l, p.deduct_l, p.raw_l, p.net_l,
        CASE
            WHEN p.raw_l <= p.limit_l THEN 'WITHIN'
            WHEN EXISTS (
                SELECT 1 FROM fuel.tax_assessment AS a
                WHERE a.uscc = p.uscc AND a.method <> '查账征收'
                    AND a.valid_from <= p.month_start AND coalesce(a.valid_to, p.month_start) >= p.month_start
            ) THEN 'ASSESSED'
            WHEN p.raw_l - p.deduct_l <= p.limit_l THEN 'SELF_USE'
            WHEN p.raw_l - p.deduct_l - p.jump_l <= p.limit_l THEN 'SERVICE_RECORDED'
            WHEN p.raw_l - p.deduct_l - p.jump_l - p.hq_l <= p.limit_l THEN 'PARENT_SETTLED'
            WHEN p.net_l + p.corrected_l <= p.limit_l THEN 'WHOLESALE'
            WHEN p.net_l <= p.limit_l THEN 'CORRECTED'
            WHEN p.declared_l > 0
                AND abs(p.net_l + p.declared_l - p.declared_l * p.litres_per_tonne)
                    <= greatest($sales_gap_litres, $sales_gap_ratio * p.sold_l) THEN 'UNIT_ERROR'
            WHEN p.month_no >= p.open_no AND p.month_no < p.open_no + $new_station_months THEN 'NEW_OR_CLOSING'
            WHEN p.month_no <= p.close_no AND p.month_no > p.close_no - $new_station_months THEN 'NEW_OR_CLOSING'
            WHEN p.group_l <= p.limit_l AND EXISTS (
                SELECT 1 FROM fuel.tank_event AS t
                WHERE t.station_id = p.station_id AND t.kind = '改号'
                    AND (t.from_grade = p.oil_grade OR t.to_grade = p.oil_grade)
            ) THEN 'GRADE_CHANGE'
            WHEN p.pair_l <= p.limit_l AND EXISTS (
                SELECT 1 FROM fuel.collector_gap AS c
                JOIN fuel.pump_nozzle AS n ON n.nozzle_id = c.nozzle_id
                WHERE n.station_id = p.station_id AND n.oil_grade = p.oil_grade
                    AND c.gap_from < p.month_start AND c.gap_to >= p.month_start - 1
            ) THEN 'COLLECTOR_GAP'
            WHEN p.window_l <= p.limit_l THEN 'PERIOD_SHIFT'
        END AS reason
    FROM spread AS p
),
ending AS (
    SELECT
        e.uscc, e.region_code, e.station_id, e.oil_grade, e.month_start, e.month_no, e.sold_l, e.sold_amt, e.reset_count,
        e.start_total_l, e.end_total_l, e.nozzle_count, e.declared_l, e.deduct_l, e.raw_l, e.net_l, e.reason,
        sum(CASE WHEN e.reason IS NULL OR e.reason <> 'WITHIN' THEN 1 END) OVER back AS raw_months,
        sum(CASE WHEN e.reason IS NULL THEN 1 END) OVER back AS net_months
    FROM explained AS e
    WINDOW back AS (
        PARTITION BY station_id, oil_grade ORDER BY month_no RANGE BETWEEN $window_reach_months PRECEDING AND CURRENT ROW
    )
),
streak AS (
    SELECT
        e.uscc, e.region_code, e.station_id, e.oil_grade, e.month_start, e.sold_l, e.sold_amt, e.reset_count,
        e.start_total_l, e.end_total_l, e.nozzle_count, e.declared_l, e.deduct_l, e.raw_l, e.net_l, e.reason,
        max(e.raw_months) OVER ahead AS raw_months,
        max(e.net_months) OVER ahead AS net_months
    FROM ending AS e
    WINDOW ahead AS (
        PARTITION BY station_id, oil_grade ORDER BY month_no RANGE BETWEEN CURRENT ROW AND $window_reach_months FOLLOWING
    )
),
last_return AS (
    SELECT uscc, period, arg_max(payable, filed_on) AS payable
    FROM fuel.vat_return
    GROUP BY uscc, period
),
year_payable AS (
    SELECT uscc, year(period) AS tax_year, sum(payable) AS payable
    FROM last_return
    GROUP BY uscc, year(period)
),
capped AS (
    SELECT
        k.uscc, k.station_id, k.oil_grade, k.month_start, k.sold_l, k.sold_amt, k.reset_count, k.start_total_l,
        k.end_total_l, k.nozzle_count, k.declared_l, k.deduct_l, k.raw_l, k.net_l, k.reason, k.net_months,
        max(c.cap_per_l) AS cap_per_l
    FROM streak AS k
    LEFT JOIN fuel.price_cap AS c
        ON substr(c.region_code, 1, 2) = substr(k.region_code, 1, 2)  -- literal: 前两位是省
        AND c.oil_grade = k.oil_grade AND c.valid_from <= k.month_start AND coalesce(c.valid_to, k.month_start) >= k.month_start
    WHERE k.raw_months >= $min_streak_months AND (k.reason IS NULL OR k.reason <> 'WITHIN')
    GROUP BY
        k.uscc, k.station_id, k.oil_grade, k.month_start, k.sold_l, k.sold_amt, k.reset_count, k.start_total_l,
        k.end_total_l, k.nozzle_count, k.declared_l, k.deduct_l, k.raw_l, k.net_l, k.reason, k.net_months
),
priced AS (
    SELECT
        k.uscc, k.station_id, k.oil_grade, k.month_start, k.sold_l, k.reset_count, k.start_total_l, k.end_total_l,
        k.nozzle_count, k.declared_l, k.deduct_l, k.raw_l, k.net_l, y.payable,
        CASE
            WHEN k.reason IS NULL AND k.net_months < $min_streak_months THEN 'ISOLATED_MONTH'
            ELSE k.reason
        END AS exclusion_code,
        CASE WHEN k.sold_amt IS NULL THEN '最高零售价' ELSE '枪出均价' END AS price_source,
        CAST(round(coalesce(k.sold_amt / nullif(k.sold_l, 0), k.cap_per_l), 4) AS DECIMAL(18, 4)) AS price_per_l
    FROM capped AS k
    LEFT JOIN year_payable AS y ON y.uscc = k.uscc AND y.tax_year = year(k.month_start)
)
SELECT
    uscc AS subject_id,
    month_start AS occurred_from,
    last_day(month_start) AS occurred_to,
    CASE
        WHEN exclusion_code IS NULL
            THEN CAST(round(CAST(net_l * price_per_l AS DECIMAL(18, 4)) / (1 + $vat_rate) * $vat_rate, 2) AS DECIMAL(18, 2))
    END AS amount,
    exclusion_code,
    station_id,
    month_start,
    oil_grade,
    nozzle_count,
    CAST(start_total_l AS DECIMAL(18, 2)) AS start_total_l,
    CAST(end_total_l AS DECIMAL(18, 2)) AS end_total_l,
    reset_count,
    CAST(sold_l AS DECIMAL(18, 2)) AS derived_l,
    CAST(declared_l AS DECIMAL(18, 2)) AS declared_l,
    CAST(deduct_l AS DECIMAL(18, 2)) AS deduct_l,
    CAST(raw_l AS DECIMAL(18, 2)) AS raw_gap_l,
    CAST(net_l AS DECIMAL(18, 2)) AS gap_l,
    CAST(round(net_l / nullif(declared_l, 0), 4) AS DECIMAL(18, 4)) AS gap_ratio,
    price_per_l,
    price_source,
    CAST(payable AS DECIMAL(18, 2)) AS year_payable
FROM priced

-- 进销存不平：期初（液位仪）加购进（发票与运单取大）减期末、减定额损耗，仍大于申报销量。按纳税人、月、油品。
-- 红冲后重开的，只按原发票计一次。
-- 已检验的合理解释：核准扣除、直送代收、总公司结算、批发开票、更正申报、吨升填错、核定征收、新开或停业、
-- 液位仪标定清罐、低温收缩、改号、所属期错位。
WITH tank_month AS (
    SELECT
        tank_id, station_id, CAST(date_trunc('month', gauge_ts) AS DATE) AS month_start,
        arg_min(volume_l, gauge_ts) AS first_l, arg_min(oil_grade, gauge_ts) AS first_grade,
        arg_max(volume_l, gauge_ts) AS close_l, arg_max(oil_grade, gauge_ts) AS close_grade,
        arg_max(temp_c, gauge_ts) AS temp_c
    FROM fuel.tank_gauge
    GROUP BY tank_id, station_id, CAST(date_trunc('month', gauge_ts) AS DATE)
),
tank_chain AS (
    SELECT
        station_id, month_start, close_l, close_grade, temp_c,
        coalesce(lag(close_l) OVER before, first_l) AS open_l,
        coalesce(lag(close_grade) OVER before, first_grade) AS open_grade
    FROM tank_month
    WINDOW before AS (PARTITION BY tank_id ORDER BY month_start)  -- unique: 一罐一月一行
),
stock AS (
    SELECT station_id, month_start, open_grade AS oil_grade, open_l, 0 AS close_l, NULL AS temp_c FROM tank_chain
    UNION ALL
    SELECT station_id, month_start, close_grade AS oil_grade, 0 AS open_l, close_l, temp_c FROM tank_chain
),
stock_month AS (
    SELECT
        s.uscc, k.month_start, k.oil_grade, min(s.region_code) AS region_code, max(s.open_date) AS open_date,
        min(s.close_date) AS close_date, sum(k.open_l) AS open_l, sum(k.close_l) AS close_l, min(k.temp_c) AS temp_c
    FROM stock AS k
    JOIN fuel.gas_station AS s ON s.station_id = k.station_id
    GROUP BY s.uscc, k.month_start, k.oil_grade
),
invoiced AS (
    SELECT buyer_uscc AS uscc, oil_grade, month_start, sum(litres) AS invoice_l
    FROM marts.fuel_invoice_line
    WHERE is_first_issue
    GROUP BY buyer_uscc, oil_grade, month_start
),
load AS (
    SELECT
        w.waybill_no, w.consignee_uscc AS uscc, w.oil_grade, w.unload_ts,
        CAST(date_trunc('month', w.unload_ts) AS DATE) AS month_start, CAST(w.qty_t * f.litres_per_tonne AS DECIMAL(18, 4)) AS litres
    FROM fuel.haz_waybill AS w
    JOIN marts.fuel_grade AS f ON f.oil_grade = w.oil_grade
    WHERE w.status = '已签收'
),
owned AS (
    SELECT
        l.uscc, l.oil_grade, l.month_start, l.litres,
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.delivery_agreement AS a
                JOIN marts.fuel_invoice_line AS i ON i.buyer_uscc = a.partner_uscc
                WHERE a.waybill_no = l.waybill_no AND a.uscc = l.uscc AND a.kind <> '调拨'
                    AND i.oil_grade = l.oil_grade AND i.is_first_issue
                    AND abs(datediff('day', CAST(i.issue_ts AS DATE), CAST(l.unload_ts AS DATE))) <= $invoice_days
                    AND i.litres >= l.litres * (1 - $load_tolerance)
            ) THEN 0
            ELSE l.litres
        END AS own_l
    FROM load AS l
),
loaded AS (
    SELECT uscc, oil_grade, month_start, sum(litres) AS waybill_l, sum(own_l) AS own_waybill_l
    FROM owned
    GROUP BY uscc, oil_grade, month_start
),
declared AS (
    SELECT
        uscc, oil_grade, month_start, sum(declared_l) AS declared_l, sum(corrected_l) AS corrected_l,
        sum(deduct_l - return_l) AS deduct_l, sum(settled_l) AS hq_l
    FROM marts.fuel_station_month
    GROUP BY uscc, oil_grade, month_start
),
recalibrated AS (
    SELECT
        s.uscc, CAST(date_trunc('month', t.event_date) AS DATE) AS month_start,
        coalesce(t.to_grade, t.from_grade) AS oil_grade, sum(t.adjust_l) AS adjust_l
    FROM fuel.tank_event AS t
    JOIN fuel.gas_station AS s ON s.station_id = t.station_id
    WHERE t.kind <> '改号'
    GROUP BY s.uscc, CAST(date_trunc('month', t.event_date) AS DATE), coalesce(t.to_grade, t.from_grade)
),
book AS (
    SELECT
        k.uscc, k.month_start, k.oil_grade, f.oil_group, k.region_code, k.open_l, k.close_l, k.temp_c, f.litres_per_tonne,
        year(k.month_start) * 12 + month(k.month_start) AS month_no,  -- literal: 一年十二个月
        year(k.open_date) * 12 + month(k.open_date) AS open_no,  -- literal: 一年十二个月
        year(k.close_date) * 12 + month(k.close_date) AS close_no,  -- literal: 一年十二个月
        coalesce(i.invoice_l, 0) AS invoice_l, coalesce(l.waybill_l, 0) AS waybill_l,
        l.own_waybill_l,
        coalesce(d.declared_l, 0) AS declared_l, coalesce(d.corrected_l, 0) AS corrected_l,
        coalesce(d.deduct_l, 0) AS deduct_l, coalesce(d.hq_l, 0) AS hq_l, coalesce(w.wholesale_l, 0) AS wholesale_l,
        coalesce(c.adjust_l, 0) AS adjust_l
    FROM stock_month AS k
    JOIN marts.fuel_grade AS f ON f.oil_grade = k.oil_grade
    LEFT JOIN invoiced AS i ON i.uscc = k.uscc AND i.oil_grade = k.oil_grade AND i.month_start = k.month_start
    LEFT JOIN loaded AS l ON l.uscc = k.uscc AND l.oil_grade = k.oil_grade AND l.month_start = k.month_start
    LEFT JOIN declared AS d ON d.uscc = k.uscc AND d.oil_grade = k.oil_grade AND d.month_start = k.month_start
    LEFT JOIN marts.fuel_wholesale_month AS w
        ON w.uscc = k.uscc AND w.oil_grade = k.oil_grade AND w.month_start = k.month_start
    LEFT JOIN recalibrated AS c ON c.uscc = k.uscc AND c.oil_grade = k.oil_grade AND c.month_start = k.month_start
),
moved AS (
    SELECT
        b.uscc, b.month_start, b.oil_grade, b.oil_group, b.region_code, b.open_l, b.close_l, b.temp_c, b.litres_per_tonne,
        b.month_no, b.open_no, b.close_no, b.invoice_l, b.waybill_l, b.own_waybill_l, b.declared_l, b.corrected_l,
        b.deduct_l, b.hq_l, b.wholesale_l, b.adjust_l,
        greatest(b.invoice_l, b.waybill_l) AS in_l,
        greatest(b.invoice_l, b.own_waybill_l) AS own_in_l,
        b.open_l + greatest(b.invoice_l, b.waybill_l) - b.close_l AS out_l,
        greatest(b.invoice_l, b.waybill_l) - greatest(b.invoice_l, b.own_waybill_l) AS foreign_l
    FROM book AS b
),
gap AS (
    SELECT
        m.uscc, m.month_start, m.oil_grade, m.oil_group, m.region_code, m.open_l, m.close_l, m.temp_c, m.litres_per_tonne,
        m.month_no, m.open_no, m.close_no, m.invoice_l, m.waybill_l, m.own_waybill_l, m.declared_l, m.corrected_l,
        m.deduct_l, m.hq_l, m.wholesale_l, m.adjust_l, m.in_l, m.own_in_l, m.foreign_l, m.out_l,
        greatest(m.out_l, 0) * CASE m.oil_group WHEN '汽油' THEN $loss_gasoline ELSE $loss_diesel END AS loss_l,
        greatest($stock_gap_litres, $stock_gap_ratio * m.out_l) AS limit_l,
        m.own_in_l * greatest($standard_temperature - m.temp_c, 0)
            * CASE m.oil_group WHEN '汽油' THEN $expansion_gasoline ELSE $expansion_diesel END AS shrink_l
    FROM moved AS m
),
net AS (
    SELECT
        g.uscc, g.month_start, g.oil_grade, g.oil_group, g.region_code, g.open_l, g.close_l, g.temp_c, g.litres_per_tonne,
        g.month_no, g.open_no, g.close_no, g.invoice_l, g.waybill_l, g.own_waybill_l, g.in_l, g.own_in_l, g.foreign_l,
        g.declared_l, g.corrected_l, g.deduct_l, g.hq_l, g.adjust_l, g.loss_l, g.limit_l, g.shrink_l,
        g.out_l - g.loss_l - g.declared_l AS raw_l,
        g.out_l - g.loss_l - g.declared_l - g.deduct_l - g.foreign_l - g.hq_l - g.wholesale_l - g.corrected_l AS net_l
    FROM gap AS g
),
spread AS (
    SELECT
        n.uscc, n.month_start, n.oil_grade, n.region_code, n.open_l, n.close_l, n.temp_c, n.litres_per_tonne,
        n.month_no, n.open_no, n.close_no, n.invoice_l, n.waybill_l, n.in_l, n.foreign_l, n.declared_l, n.corrected_l,
        n.deduct_l, n.hq_l, n.adjust_l, n.loss_l, n.limit_l, n.raw_l, n.net_l, n.shrink_l,
        sum(n.net_l - n.own_in_l) OVER near
            + greatest(sum(n.invoice_l) OVER near, sum(n.own_waybill_l) OVER near) AS window_l,
        sum(n.net_l - n.own_in_l) OVER alike
            + greatest(sum(n.invoice_l) OVER alike, sum(n.own_waybill_l) OVER alike) AS group_l
    FROM net AS n
    WINDOW near AS (
        PARTITION BY uscc, oil_grade ORDER BY month_no
        RANGE BETWEEN $window_reach_months PRECEDING AND $window_reach_months FOLLOWING
    ),
    alike AS (PARTITION BY uscc, oil_group, month_start)
),
explained AS (
    SELECT
        p.uscc, p.month_start, p.oil_grade, p.region_code, p.open_l, p.close_l, p.temp_c, p.invoice_l, p.waybill_l, p.in_l,
        p.declared_l, p.deduct_l, p.loss_l, p.raw_l, p.net_l,
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.tax_assessment AS a
                WHERE a.uscc = p.uscc AND a.method <> '查账征收'
                    AND a.valid_from <= p.month_start AND coalesce(a.valid_to, p.month_start) >= p.month_start
            ) THEN 'ASSESSED'
            WHEN p.raw_l - p.deduct_l <= p.limit_l THEN 'SELF_USE'
            WHEN p.raw_l - p.deduct_l - p.foreign_l <= p.limit_l THEN 'DROP_SHIPMENT'
            WHEN p.raw_l - p.deduct_l - p.foreign_l - p.hq_l <= p.limit_l THEN 'PARENT_SETTLED'
            WHEN p.net_l + p.corrected_l <= p.limit_l THEN 'WHOLESALE'
            WHEN p.net_l <= p.limit_l THEN 'CORRECTED'
            WHEN abs(p.net_l + p.declared_l - p.declared_l * p.litres_per_tonne) <= p.limit_l THEN 'UNIT_ERROR'
            WHEN p.net_l - p.adjust_l <= p.limit_l THEN 'GAUGE_DRIFT'
            WHEN p.net_l - p.adjust_l - p.shrink_l <= p.limit_l THEN 'TEMPERATURE'
            WHEN p.month_no >= p.open_no AND p.month_no < p.open_no + $new_station_months THEN 'NEW_OR_CLOSING'
            WHEN p.month_no <= p.close_no AND p.month_no > p.close_no - $new_station_months THEN 'NEW_OR_CLOSING'
            WHEN p.group_l <= p.limit_l AND EXISTS (
                SELECT 1 FROM fuel.tank_event AS t
                JOIN fuel.gas_station AS s ON s.station_id = t.station_id
                WHERE s.uscc = p.uscc AND t.kind = '改号' AND (t.from_grade = p.oil_grade OR t.to_grade = p.oil_grade)
            ) THEN 'GRADE_CHANGE'
            WHEN p.window_l <= p.limit_l THEN 'PERIOD_SHIFT'
        END AS exclusion_code
    FROM spread AS p
    WHERE p.raw_l > p.limit_l
),
priced AS (
    SELECT
        e.uscc, e.month_start, e.oil_grade, e.open_l, e.close_l, e.temp_c, e.invoice_l, e.waybill_l, e.in_l, e.declared_l,
        e.deduct_l, e.loss_l, e.raw_l, e.net_l, e.exclusion_code, max(c.cap_per_l) AS cap_per_l
    FROM explained AS e
    LEFT JOIN fuel.price_cap AS c
        ON substr(c.region_code, 1, 2) = substr(e.region_code, 1, 2)  -- literal: 前两位是省
        AND c.oil_grade = e.oil_grade AND c.valid_from <= e.month_start AND coalesce(c.valid_to, e.month_start) >= e.month_start
    GROUP BY
        e.uscc, e.month_start, e.oil_grade, e.open_l, e.close_l, e.temp_c, e.invoice_l, e.waybill_l, e.in_l, e.declared_l,
        e.deduct_l, e.loss_l, e.raw_l, e.net_l, e.exclusion_code
)
SELECT
    uscc AS subject_id,
    month_start AS occurred_from,
    last_day(month_start) AS occurred_to,
    CASE
        WHEN exclusion_code IS NULL
            THEN CAST(round(CAST(CAST(net_l AS DECIMAL(18, 4)) * cap_per_l AS DECIMAL(18, 4)) / (1 + $vat_rate) * $vat_rate, 2) AS DECIMAL(18, 2))
    END AS amount,
    exclusion_code,
    month_start,
    oil_grade,
    CAST(open_l AS DECIMAL(18, 2)) AS open_l,
    CAST(invoice_l AS DECIMAL(18, 2)) AS invoice_l,
    CAST(waybill_l AS DECIMAL(18, 2)) AS waybill_l,
    CAST(in_l AS DECIMAL(18, 2)) AS in_l,
    CAST(close_l AS DECIMAL(18, 2)) AS close_l,
    CAST(loss_l AS DECIMAL(18, 2)) AS loss_l,
    CAST(declared_l AS DECIMAL(18, 2)) AS declared_l,
    CAST(deduct_l AS DECIMAL(18, 2)) AS deduct_l,
    CAST(raw_l AS DECIMAL(18, 2)) AS raw_gap_l,
    CAST(net_l AS DECIMAL(18, 2)) AS gap_l,
    CAST(cap_per_l AS DECIMAL(18, 4)) AS cap_per_l,
    CAST(temp_c AS DECIMAL(18, 2)) AS temp_c
FROM priced

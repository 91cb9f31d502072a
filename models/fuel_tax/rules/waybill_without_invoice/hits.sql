-- 有运无票：电子运单已签收、罐车在站停够时间，却一直等不到进项发票。
-- 按（纳税人、油品）逐日滚动余额：累计到货升数减累计发票升数，取其后若干天内的最低值，仍然抬高的部分就是无票到货；
-- 余额只用一次，一张发票不会顶两车油。
-- 归他人的货不分直送、代储、调拨一并剔除（OWNED），理由取当季的单据，当季没有的取别季的。
-- 已检验的合理解释：直送代收、代储、总部集中采购调拨、红冲重开、发票单位填错、改号、发票迟开。
WITH factor AS (
    SELECT g.oil_grade, g.oil_group, max(r.litres_per_tonne) AS litres_per_tonne
    FROM fuel.oil_grade AS g
    JOIN ref.refined_oil_code AS r ON r.oil_group = g.oil_group
    GROUP BY g.oil_grade, g.oil_group
),
stopped AS (
    SELECT w.waybill_no
    FROM fuel.haz_waybill AS w
    JOIN fuel.gas_station AS s ON s.uscc = w.consignee_uscc
    JOIN fuel.veh_track AS t ON t.plate = w.plate AND t.arrive_ts >= w.load_ts AND t.arrive_ts <= w.unload_ts
    WHERE w.status = '已签收' AND t.stop_min >= $stop_minutes
        AND (
            (t.lat - s.lat) * (t.lat - s.lat)
            + (t.lon - s.lon) * round(cos(radians(s.lat)), 9) * (t.lon - s.lon) * round(cos(radians(s.lat)), 9)  -- literal: 小数位
        ) * $metres_per_degree * $metres_per_degree <= $geofence_metres * $geofence_metres
    GROUP BY w.waybill_no
),
load AS (
    SELECT
        w.waybill_no, w.consignee_uscc AS uscc, w.oil_grade, f.oil_group, w.unload_ts,
        CAST(date_trunc('quarter', w.unload_ts) AS DATE) AS quarter_start,
        CAST(datediff('day', DATE '1970-01-01', CAST(w.unload_ts AS DATE)) AS INTEGER) AS day_no,  -- literal: 日序号起点
        CAST(w.qty_t * f.litres_per_tonne AS DECIMAL(18, 4)) AS litres
    FROM fuel.haz_waybill AS w
    JOIN stopped AS t ON t.waybill_no = w.waybill_no
    JOIN factor AS f ON f.oil_grade = w.oil_grade
),
purchase AS (
    SELECT
        i.inv_no, i.buyer_uscc AS uscc, i.spec AS oil_grade, f.oil_group, i.red_of, i.reissue_of,
        CAST(datediff('day', DATE '1970-01-01', CAST(i.issue_ts AS DATE)) AS INTEGER) AS day_no,  -- literal: 日序号起点
        CAST(
            CASE i.unit
                WHEN '升' THEN i.qty
                WHEN '吨' THEN i.qty * r.litres_per_tonne
                ELSE i.qty * r.litres_per_tonne * 0.001  -- literal: 公斤换吨
            END AS DECIMAL(18, 4)
        ) AS litres,
        CAST(
            CASE WHEN abs(i.amt_ex_tax) > abs(i.qty) * $max_yuan_per_litre THEN i.qty * r.litres_per_tonne END
            AS DECIMAL(18, 4)
        ) AS tonnes_l
    FROM fuel.vat_invoice AS i
    JOIN ref.refined_oil_code AS r ON r.tax_class_code = i.tax_class_code
    JOIN factor AS f ON f.oil_grade = i.spec
    WHERE i.status <> '作废' AND i.buyer_uscc IS NOT NULL
),
agreed AS (
    SELECT l.waybill_no, l.uscc, a.partner_uscc, a.kind, l.oil_grade, l.quarter_start, l.litres
    FROM fuel.delivery_agreement AS a
    JOIN load AS l ON l.waybill_no = a.waybill_no AND l.uscc = a.uscc
    WHERE a.kind <> '调拨' OR EXISTS (
        SELECT 1 FROM fuel.branch_relation AS b WHERE b.branch_uscc = a.uscc AND b.hq_uscc = a.partner_uscc
    )
),
partner_bought AS (
    SELECT uscc, oil_grade, sum(litres) AS litres
    FROM purchase
    GROUP BY uscc, oil_grade
),
covered_partner AS (
    SELECT g.partner_uscc, g.oil_grade
    FROM agreed AS g
    JOIN partner_bought AS b ON b.uscc = g.partner_uscc AND b.oil_grade = g.oil_grade
    GROUP BY g.partner_uscc, g.oil_grade, b.litres
    HAVING b.litres >= sum(g.litres) * (1 - $load_tolerance)
),
owned AS (
    SELECT
        g.waybill_no, g.uscc, g.oil_grade, g.quarter_start,
        CASE g.kind WHEN '调拨' THEN 'PARENT_SETTLED' WHEN '代储' THEN 'STORED' ELSE 'DROP_SHIPMENT' END AS code
    FROM agreed AS g
    JOIN covered_partner AS c ON c.partner_uscc = g.partner_uscc AND c.oil_grade = g.oil_grade
),
owned_quarter AS (
    SELECT uscc, oil_grade, quarter_start, min(code) AS code
    FROM owned
    GROUP BY uscc, oil_grade, quarter_start
),
owned_ever AS (
    SELECT uscc, oil_grade, min(code) AS code
    FROM owned
    GROUP BY uscc, oil_grade
),
reissued AS (
    SELECT reissue_of AS inv_no
    FROM purchase
    GROUP BY reissue_of
),
event AS (
    SELECT 'BASE' AS variant, uscc, oil_grade AS bucket, day_no, litres AS load_l, 1 AS load_n, 0 AS invoice_l FROM load
    UNION ALL
    SELECT 'BASE', uscc, oil_grade, day_no, 0, 0, litres FROM purchase
    UNION ALL
    SELECT 'UNIT_ERROR', uscc, oil_grade, day_no, litres, 1, 0 FROM load
    UNION ALL
    SELECT 'UNIT_ERROR', uscc, oil_grade, day_no, 0, 0, coalesce(tonnes_l, litres) FROM purchase
    UNION ALL
    SELECT 'RED_REISSUE', uscc, oil_grade, day_no, litres, 1, 0 FROM load
    UNION ALL
    SELECT 'RED_REISSUE', p.uscc, p.oil_grade, p.day_no, 0, 0, p.litres
    FROM purchase AS p
    LEFT JOIN reissued AS r ON r.inv_no = p.red_of
    WHERE p.reissue_of IS NULL AND r.inv_no IS NULL
    UNION ALL
    SELECT 'GROUP', uscc, oil_group, day_no, litres, 1, 0 FROM load
    UNION ALL
    SELECT 'GROUP', uscc, oil_group, day_no, 0, 0, litres FROM purchase
    UNION ALL
    SELECT 'OWNED', l.uscc, l.oil_grade, l.day_no, l.litres, 1, 0
    FROM load AS l
    LEFT JOIN owned AS o ON o.waybill_no = l.waybill_no
    WHERE o.waybill_no IS NULL
    UNION ALL
    SELECT 'OWNED', uscc, oil_grade, day_no, 0, 0, litres FROM purchase
),
day_sum AS (
    SELECT variant, uscc, bucket, day_no, sum(load_l) AS load_l, sum(load_n) AS load_n, sum(invoice_l) AS invoice_l
    FROM event
    GROUP BY variant, uscc, bucket, day_no
),
running AS (
    SELECT
        variant, uscc, bucket, day_no, load_l, load_n,
        sum(load_l - invoice_l) OVER (PARTITION BY variant, uscc, bucket ORDER BY day_no) AS short_l
    FROM day_sum
),
persisting AS (
    SELECT
        variant, uscc, bucket, day_no, load_l, load_n,
        min(short_l) OVER (
            PARTITION BY variant, uscc, bucket ORDER BY day_no RANGE BETWEEN CURRENT ROW AND $invoice_days FOLLOWING
        ) AS due_l,
        min(short_l) OVER (
            PARTITION BY variant, uscc, bucket ORDER BY day_no RANGE BETWEEN CURRENT ROW AND $late_invoice_days FOLLOWING
        ) AS late_l
    FROM running
),
peak AS (
    SELECT
        variant, uscc, bucket, day_no, load_l, load_n,
        greatest(max(due_l) OVER (PARTITION BY variant, uscc, bucket ORDER BY day_no), 0) AS due_l,
        greatest(max(late_l) OVER (PARTITION BY variant, uscc, bucket ORDER BY day_no), 0) AS late_l
    FROM persisting
),
step AS (
    SELECT
        variant, uscc, bucket, day_no, load_l, load_n,
        coalesce(load_l / nullif(load_n, 0), min(load_l / nullif(load_n, 0)) OVER (PARTITION BY variant, uscc, bucket)) AS one_load_l,
        due_l - coalesce(lag(due_l) OVER (PARTITION BY variant, uscc, bucket ORDER BY day_no), 0) AS due_l,
        late_l - coalesce(lag(late_l) OVER (PARTITION BY variant, uscc, bucket ORDER BY day_no), 0) AS late_l
    FROM peak
),
whole AS (
    SELECT
        variant, uscc, bucket, load_l, load_n, due_l,
        CAST(date_trunc('quarter', DATE '1970-01-01' + day_no) AS DATE) AS quarter_start,  -- literal: 日序号起点
        CAST(floor(due_l / one_load_l + $load_tolerance) AS INTEGER) AS bare_loads,
        CAST(floor(late_l / one_load_l + $load_tolerance) AS INTEGER) AS late_loads
    FROM step
    WHERE DATE '1970-01-01' + day_no + $invoice_days <= $as_of  -- literal: 日序号起点
),
counted AS (
    SELECT
        variant, uscc, bucket, quarter_start, sum(load_n) AS load_count, sum(load_l) AS load_l, sum(due_l) AS due_l,
        sum(bare_loads) AS bare_loads, sum(late_loads) AS late_loads
    FROM whole
    GROUP BY variant, uscc, bucket, quarter_start
),
bare AS (
    SELECT
        b.uscc, b.bucket AS oil_grade, b.quarter_start, b.load_count, b.load_l, b.due_l, b.bare_loads,
        CASE
            WHEN coalesce(d.bare_loads, 0) < $bare_loads_per_quarter THEN coalesce(c.code, e.code)
            WHEN u.bare_loads < $bare_loads_per_quarter THEN 'UNIT_ERROR'
            WHEN coalesce(r.bare_loads, 0) < $bare_loads_per_quarter THEN 'RED_REISSUE'
            WHEN g.bare_loads < $bare_loads_per_quarter AND EXISTS (
                SELECT 1 FROM fuel.tank_event AS t
                JOIN fuel.gas_station AS s ON s.station_id = t.station_id
                WHERE s.uscc = b.uscc AND t.kind = '改号' AND (t.from_grade = b.bucket OR t.to_grade = b.bucket)
            ) THEN 'GRADE_CHANGE'
            WHEN b.late_loads < $bare_loads_per_quarter THEN 'LATE_INVOICE'
        END AS exclusion_code
    FROM counted AS b
    JOIN factor AS f ON f.oil_grade = b.bucket
    LEFT JOIN owned_quarter AS c ON c.uscc = b.uscc AND c.oil_grade = b.bucket AND c.quarter_start = b.quarter_start
    LEFT JOIN owned_ever AS e ON e.uscc = b.uscc AND e.oil_grade = b.bucket
    LEFT JOIN counted AS d
        ON d.variant = 'OWNED' AND d.uscc = b.uscc AND d.bucket = b.bucket AND d.quarter_start = b.quarter_start
    LEFT JOIN counted AS u
        ON u.variant = 'UNIT_ERROR' AND u.uscc = b.uscc AND u.bucket = b.bucket AND u.quarter_start = b.quarter_start
    LEFT JOIN counted AS r
        ON r.variant = 'RED_REISSUE' AND r.uscc = b.uscc AND r.bucket = b.bucket AND r.quarter_start = b.quarter_start
    LEFT JOIN counted AS g
        ON g.variant = 'GROUP' AND g.uscc = b.uscc AND g.bucket = f.oil_group AND g.quarter_start = b.quarter_start
    WHERE b.variant = 'BASE' AND b.bare_loads >= $bare_loads_per_quarter AND b.due_l > $bare_litres
),
loads_of AS (
    SELECT
        uscc, oil_grade, quarter_start,
        CAST(min(unload_ts) AS DATE) AS first_unload, CAST(max(unload_ts) AS DATE) AS last_unload
    FROM load
    GROUP BY uscc, oil_grade, quarter_start
),
region AS (
    SELECT uscc, min(region_code) AS region_code
    FROM fuel.gas_station
    GROUP BY uscc
),
priced AS (
    SELECT
        b.uscc, b.oil_grade, b.quarter_start, b.load_count, b.load_l, b.due_l, b.bare_loads, b.exclusion_code,
        o.first_unload, o.last_unload, max(c.cap_per_l) AS cap_per_l
    FROM bare AS b
    JOIN loads_of AS o ON o.uscc = b.uscc AND o.oil_grade = b.oil_grade AND o.quarter_start = b.quarter_start
    JOIN region AS s ON s.uscc = b.uscc
    LEFT JOIN fuel.price_cap AS c
        ON substr(c.region_code, 1, 2) = substr(s.region_code, 1, 2)  -- literal: 前两位是省
        AND c.oil_grade = b.oil_grade AND c.valid_from <= b.quarter_start
        AND coalesce(c.valid_to, b.quarter_start) >= b.quarter_start
    GROUP BY
        b.uscc, b.oil_grade, b.quarter_start, b.load_count, b.load_l, b.due_l, b.bare_loads, b.exclusion_code,
        o.first_unload, o.last_unload
)
SELECT
    uscc AS subject_id,
    first_unload AS occurred_from,
    last_unload AS occurred_to,
    CASE
        WHEN exclusion_code IS NULL
            THEN CAST(round(CAST(CAST(due_l AS DECIMAL(18, 4)) * cap_per_l AS DECIMAL(18, 4)) / (1 + $vat_rate) * $vat_rate, 2) AS DECIMAL(18, 2))
    END AS amount,
    exclusion_code,
    quarter_start,
    oil_grade,
    CAST(load_count AS INTEGER) AS load_count,
    CAST(load_l AS DECIMAL(18, 2)) AS load_l,
    CAST(bare_loads AS INTEGER) AS bare_loads,
    CAST(due_l AS DECIMAL(18, 2)) AS bare_l,
    CAST(cap_per_l AS DECIMAL(18, 4)) AS cap_per_l
FROM priced

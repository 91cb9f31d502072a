-- 总累异常：总累倒走、跳数、连续多日等量、停走却有收款、芯片或铅封更换无记录、检定超期仍在出油。按枪、按异常。
-- 大表只开一次窗口，先挑出可疑的读数再做其余判断；没有可疑之处的读数 finding 为空。
-- 已检验的合理解释：检定维修有记录、采集器离线登记、非油品收款、新站调试。
WITH step AS (
    SELECT
        nozzle_id, read_ts, total_l,
        lag(read_ts) OVER (PARTITION BY nozzle_id ORDER BY read_ts) AS before_ts,
        lag(total_l) OVER (PARTITION BY nozzle_id ORDER BY read_ts) AS before_l,
        lag(total_l, 2) OVER (PARTITION BY nozzle_id ORDER BY read_ts) AS before2_l,  -- literal: 再前一次读数
        row_number() OVER (PARTITION BY nozzle_id ORDER BY read_ts) AS place
    FROM fuel.totalizer_read
),
judged AS (
    SELECT
        nozzle_id, read_ts, before_ts, total_l, before_l, place, total_l - before_l AS delta_l,
        CASE
            WHEN total_l < before_l THEN 'DECREASE'
            WHEN total_l - before_l > $jump_litres THEN 'JUMP'
            WHEN total_l = before_l THEN 'IDLE'
            WHEN total_l - before_l = before_l - before2_l THEN 'CONSTANT'
        END AS finding
    FROM step
),
odd AS (
    SELECT nozzle_id, read_ts, before_ts, total_l, before_l, place, delta_l, finding
    FROM judged
    WHERE finding IS NOT NULL
),
island AS (
    SELECT
        nozzle_id, finding, read_ts, before_ts, total_l, before_l, delta_l,
        place - row_number() OVER (PARTITION BY nozzle_id ORDER BY place) AS run_no  -- unique: 每枪的读数各有一个 place
    FROM odd
    WHERE finding = 'CONSTANT' OR finding = 'IDLE'
),
run AS (
    SELECT
        nozzle_id, finding, delta_l, run_no, min(before_ts) AS from_ts, max(read_ts) AS to_ts,
        min(before_l) AS from_total_l, max(total_l) AS to_total_l, count(*) AS steps
    FROM island
    GROUP BY nozzle_id, finding, delta_l, run_no
),
idle_paid AS (
    SELECT
        r.nozzle_id, r.finding, r.delta_l, r.from_ts, r.to_ts, r.from_total_l, r.to_total_l, r.steps, sum(p.amt) AS paid_amt,
        sum(CASE WHEN coalesce(p.goods_kind, '油品') = '油品' THEN p.amt ELSE 0 END) AS fuel_amt
    FROM run AS r
    JOIN fuel.pay_receipt AS p ON p.nozzle_id = r.nozzle_id AND p.pay_ts > r.from_ts AND p.pay_ts <= r.to_ts
    WHERE r.finding = 'IDLE' AND r.steps >= $idle_days
    GROUP BY r.nozzle_id, r.finding, r.delta_l, r.from_ts, r.to_ts, r.from_total_l, r.to_total_l, r.steps
    HAVING sum(p.amt) > $idle_receipt_yuan
),
chip AS (
    SELECT
        nozzle_id, report_date, tax_chip_no, seal_no,
        lag(report_date) OVER (PARTITION BY nozzle_id ORDER BY report_date) AS before_date,
        lag(tax_chip_no) OVER (PARTITION BY nozzle_id ORDER BY report_date) AS before_chip,
        lag(seal_no) OVER (PARTITION BY nozzle_id ORDER BY report_date) AS before_seal
    FROM fuel.tax_chip_report
),
verified AS (
    SELECT
        n.nozzle_id, n.verify_due, max(t.read_ts) AS last_ts,
        max(CASE WHEN t.read_ts < n.verify_due + 1 THEN t.total_l END) AS due_total_l,
        max(t.total_l) AS last_total_l
    FROM fuel.pump_nozzle AS n
    JOIN fuel.totalizer_read AS t ON t.nozzle_id = n.nozzle_id
    GROUP BY n.nozzle_id, n.verify_due
),
anomaly AS (
    SELECT
        nozzle_id, finding, CAST(before_ts AS DATE) AS from_date, CAST(read_ts AS DATE) AS to_date, before_l AS from_total_l,
        total_l AS to_total_l, delta_l, 1 AS steps, CAST(NULL AS DECIMAL(18, 2)) AS paid_amt, CAST(NULL AS DECIMAL(18, 2)) AS fuel_amt,
        CAST(NULL AS VARCHAR) AS detail
    FROM odd
    WHERE finding = 'DECREASE' OR finding = 'JUMP'
    UNION ALL
    SELECT
        nozzle_id, finding, CAST(from_ts AS DATE), CAST(to_ts AS DATE), from_total_l, to_total_l, delta_l, CAST(steps + 1 AS INTEGER),
        NULL, NULL, NULL
    FROM run
    WHERE finding = 'CONSTANT' AND steps + 1 >= $constant_days
    UNION ALL
    SELECT
        nozzle_id, finding, CAST(from_ts AS DATE), CAST(to_ts AS DATE), from_total_l, to_total_l, delta_l,
        CAST(steps AS INTEGER), CAST(paid_amt AS DECIMAL(18, 2)), CAST(fuel_amt AS DECIMAL(18, 2)), NULL
    FROM idle_paid
    UNION ALL
    SELECT
        nozzle_id, 'CHIP', before_date, report_date, NULL, NULL, NULL, 1, NULL, NULL,
        CASE WHEN tax_chip_no <> before_chip THEN before_chip || '→' || tax_chip_no ELSE before_seal || '→' || seal_no END
    FROM chip
    WHERE tax_chip_no <> before_chip OR seal_no <> before_seal
    UNION ALL
    SELECT
        nozzle_id, 'OVERDUE', verify_due, CAST(last_ts AS DATE), due_total_l, last_total_l, last_total_l - due_total_l, 1, NULL, NULL, NULL
    FROM verified
    WHERE last_total_l > due_total_l AND datediff('day', verify_due, CAST(last_ts AS DATE)) > $verify_grace_days
),
located AS (
    SELECT
        s.uscc, s.station_id, s.open_date, n.oil_grade, a.nozzle_id, a.finding, a.from_date, a.to_date, a.from_total_l, a.to_total_l,
        a.delta_l, a.steps, a.paid_amt, a.fuel_amt, a.detail,
        EXISTS (
            SELECT 1 FROM fuel.pump_service AS v
            WHERE v.nozzle_id = a.nozzle_id
                AND v.service_ts >= a.from_date - $service_match_days AND v.service_ts < a.to_date + $service_match_days + 1
                AND (
                    (a.finding = 'CHIP' AND coalesce(v.new_tax_chip_no, v.new_seal_no) IS NOT NULL)
                    OR (a.finding = 'OVERDUE' AND v.kind = '检定' AND v.valid_to >= a.to_date)
                    OR (a.finding IN ('DECREASE', 'JUMP') AND v.total_after_l <> v.total_before_l)
                )
        ) AS has_service,
        EXISTS (
            SELECT 1 FROM fuel.collector_gap AS g
            WHERE g.nozzle_id = a.nozzle_id AND g.gap_from < a.to_date + 1 AND g.gap_to >= a.from_date
        ) AS has_gap
    FROM anomaly AS a
    JOIN fuel.pump_nozzle AS n ON n.nozzle_id = a.nozzle_id
    JOIN fuel.gas_station AS s ON s.station_id = n.station_id
)
SELECT DISTINCT
    uscc AS subject_id,
    from_date AS occurred_from,
    to_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN has_service THEN 'SERVICE_RECORDED'
        WHEN has_gap AND (
            finding IN ('CONSTANT', 'IDLE')
            OR (finding = 'JUMP' AND delta_l <= $nozzle_day_litres * greatest(datediff('day', from_date, to_date), 1))
        ) THEN 'COLLECTOR_GAP'
        WHEN fuel_amt <= $idle_receipt_yuan THEN 'NON_FUEL'
        WHEN finding IN ('JUMP', 'DECREASE') AND datediff('day', open_date, to_date) BETWEEN 0 AND $commissioning_days THEN 'NEW_OR_CLOSING'
    END AS exclusion_code,
    station_id,
    nozzle_id,
    oil_grade,
    CASE finding
        WHEN 'DECREASE' THEN '总累倒走'
        WHEN 'JUMP' THEN '总累跳数'
        WHEN 'CONSTANT' THEN '连续多日出油量完全相同'
        WHEN 'IDLE' THEN '总累停走而该枪仍有收款'
        WHEN 'CHIP' THEN '税控芯片或铅封更换无记录'
        ELSE '检定超期仍在出油'
    END AS finding,
    CASE
        WHEN finding = 'CHIP' THEN '报税时读出的号码由' || detail
        WHEN finding = 'OVERDUE' THEN '检定到期后又出油' || CAST(CAST(delta_l AS DECIMAL(18, 2)) AS VARCHAR) || '升'
        WHEN finding = 'IDLE' THEN '总累停在' || CAST(CAST(to_total_l AS DECIMAL(18, 2)) AS VARCHAR)
            || '升，期间该枪收款' || CAST(paid_amt AS VARCHAR) || '元'
        WHEN finding = 'CONSTANT' THEN '连续' || CAST(steps AS VARCHAR) || '日每日都是'
            || CAST(CAST(delta_l AS DECIMAL(18, 2)) AS VARCHAR) || '升'
        ELSE '总累由' || CAST(CAST(from_total_l AS DECIMAL(18, 2)) AS VARCHAR)
            || '升变为' || CAST(CAST(to_total_l AS DECIMAL(18, 2)) AS VARCHAR) || '升'
    END AS account,
    CAST(from_total_l AS DECIMAL(18, 2)) AS from_total_l,
    CAST(to_total_l AS DECIMAL(18, 2)) AS to_total_l,
    CAST(delta_l AS DECIMAL(18, 2)) AS delta_l,
    steps,
    paid_amt,
    detail
FROM located

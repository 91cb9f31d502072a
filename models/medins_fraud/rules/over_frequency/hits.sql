-- M5 超频次、超时长: more of an item on one day than its daily cap, or more hours than the day or the hours in hospital
-- hold; and bed days above the length of the stay. One row per visit, rule and day (bed days: per visit).
-- Look-alikes: reversal, item with another local content, add-on code, both sides, second operation, transfer day,
-- hours rounded or carried across midnight.
WITH codes AS (
    SELECT DISTINCT med_list_codg FROM medins.fee_list_d
),
capped AS (
    SELECT c.med_list_codg, r.rule_no, r.item_name, r.cap_cnt, r.cap_unit, r.valid_from,
        coalesce(r.valid_to, $as_of) AS valid_to
    FROM codes AS c
    INNER JOIN medins.rule_daily_cap AS r ON starts_with(c.med_list_codg, r.item_code)
    QUALIFY row_number() OVER (PARTITION BY c.med_list_codg ORDER BY length(r.item_code) DESC, r.rule_no) = 1
),
busy AS (
    SELECT f.mdtrt_id, f.fee_date, c.rule_no
    FROM marts.medins_fee_net AS f
    INNER JOIN capped AS c ON c.med_list_codg = f.med_list_codg
    WHERE f.gross_share > 0 AND f.fee_date BETWEEN c.valid_from AND c.valid_to
    GROUP BY f.mdtrt_id, f.fee_date, c.rule_no
    HAVING sum(f.gross_cnt) > min(c.cap_cnt) OR min(c.cap_unit) = '小时'
),
days AS (
    SELECT
        f.mdtrt_id,
        f.fee_date,
        c.rule_no,
        max(f.med_chrgitm_type) AS item_type,
        sum(f.gross_cnt) AS gross_cnt,
        sum(f.net_cnt) AS net_cnt,
        sum(f.net_share) AS net_share,
        CASE WHEN min(f.bilg_dept_codg) <> max(f.bilg_dept_codg) THEN 2 ELSE 1 END AS departments, -- literal: out of, into
        max(CASE WHEN f.hilist_name LIKE '%加收%' THEN 1 ELSE 0 END) AS has_add_on,
        min(f.medins_list_codg) AS local_code
    FROM marts.medins_fee_net AS f
    INNER JOIN capped AS c ON c.med_list_codg = f.med_list_codg
    INNER JOIN busy AS b ON b.mdtrt_id = f.mdtrt_id AND b.fee_date = f.fee_date AND b.rule_no = c.rule_no
    WHERE f.gross_share > 0
    GROUP BY f.mdtrt_id, f.fee_date, c.rule_no
),
rules AS (
    SELECT DISTINCT rule_no, item_name, cap_cnt, cap_unit FROM capped
),
stay_hours AS (
    SELECT
        d.mdtrt_id,
        m.certno,
        m.fixmedins_code,
        d.fee_date,
        d.rule_no,
        r.item_name,
        r.cap_cnt,
        r.cap_unit,
        d.item_type,
        d.gross_cnt,
        d.net_cnt,
        d.net_share,
        d.departments,
        d.has_add_on,
        d.local_code,
        m.adm_dept_codg <> m.dscg_dept_codg AS has_transfer,
        CAST(m.endtime AS DATE) AS end_date,
        datediff(
            'minute',
            greatest(m.begntime, CAST(d.fee_date AS TIMESTAMP)),
            least(m.endtime, CAST(d.fee_date + 1 AS TIMESTAMP))
        ) AS minutes_inside,
        m.endtime = CAST(CAST(m.endtime AS DATE) AS TIMESTAMP) AS end_has_no_time
    FROM days AS d
    INNER JOIN rules AS r ON r.rule_no = d.rule_no
    INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = d.mdtrt_id
),
allowance AS (
    SELECT
        mdtrt_id, certno, fixmedins_code, fee_date, rule_no, item_name, cap_cnt, cap_unit, item_type, gross_cnt, net_cnt,
        net_share, departments, has_add_on, local_code, has_transfer,
        CASE
            WHEN cap_unit = '小时' AND minutes_inside > 0 AND NOT (fee_date = end_date AND end_has_no_time)
                THEN least(cap_cnt, ceil(minutes_inside / 60)) -- literal: minutes of an hour
            ELSE cap_cnt
        END AS allowed_cnt,
        lag(fee_date) OVER item_line AS previous_date,
        lag(net_cnt) OVER item_line AS previous_cnt,
        lead(fee_date) OVER item_line AS next_date,
        lead(net_cnt) OVER item_line AS next_cnt
    FROM stay_hours
    WINDOW item_line AS (PARTITION BY mdtrt_id, rule_no ORDER BY fee_date)
),
beyond AS (
    SELECT
        mdtrt_id, certno, fixmedins_code, fee_date, rule_no, item_name, cap_unit, item_type, gross_cnt, net_cnt, net_share,
        departments, has_add_on, local_code, has_transfer,
        CAST(allowed_cnt AS DECIMAL(18, 4)) AS allowed_cnt,
        CASE
            WHEN cap_unit <> '小时' OR net_cnt - allowed_cnt > $midnight_tolerance_hours THEN FALSE
            WHEN previous_date = fee_date - 1 AND net_cnt + previous_cnt <= allowed_cnt + cap_cnt THEN TRUE
            WHEN next_date = fee_date + 1 AND net_cnt + next_cnt <= allowed_cnt + cap_cnt THEN TRUE
            ELSE FALSE
        END AS is_midnight
    FROM allowance
    WHERE gross_cnt > allowed_cnt
),
operations AS (
    SELECT
        b.mdtrt_id,
        b.fee_date,
        count(DISTINCT o.oprn_srt_no) AS operations,
        max(CASE WHEN o.oprn_part = '双' THEN 1 ELSE 0 END) AS both_parts,
        max(CASE WHEN o.oprn_part = '左' THEN 1 ELSE 0 END) AS left_part,
        max(CASE WHEN o.oprn_part = '右' THEN 1 ELSE 0 END) AS right_part
    FROM (SELECT DISTINCT mdtrt_id, fee_date FROM beyond) AS b
    INNER JOIN medins.setl_list_oprn_d AS o ON o.mdtrt_id = b.mdtrt_id AND o.oprn_oprt_date = b.fee_date
    GROUP BY b.mdtrt_id, b.fee_date
),
local_items AS (
    SELECT medins_list_codg, min(document_no) AS document_no
    FROM medins.local_price_item
    GROUP BY medins_list_codg
),
daily AS (
    SELECT
        b.fixmedins_code,
        b.fee_date AS first_date,
        b.fee_date AS last_date,
        CASE
            WHEN b.net_cnt <= b.allowed_cnt THEN CAST(0 AS DECIMAL(18, 2))
            ELSE CAST(round(CAST(b.net_share * (b.net_cnt - b.allowed_cnt) / b.net_cnt AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2))
        END AS amount,
        CASE
            WHEN b.net_cnt <= b.allowed_cnt THEN 'REVERSED'
            WHEN b.has_add_on = 1 THEN 'ADD_ON'
            WHEN l.medins_list_codg IS NOT NULL THEN 'LOCAL_ITEM'
            WHEN list_contains($operation_item_types, b.item_type)
                AND (o.both_parts = 1 OR (o.left_part = 1 AND o.right_part = 1)) THEN 'BOTH_SIDES'
            WHEN list_contains($operation_item_types, b.item_type) AND o.operations > 1 THEN 'SECOND_OPERATION'
            WHEN list_contains($ward_item_types, b.item_type) AND b.has_transfer
                AND b.departments > 1 AND b.net_cnt <= b.allowed_cnt * b.departments THEN 'TRANSFER_DAY'
            WHEN b.is_midnight THEN 'MIDNIGHT_HOURS'
        END AS exclusion_code,
        b.mdtrt_id,
        b.certno,
        b.rule_no,
        b.item_name,
        b.cap_unit,
        CAST(b.net_cnt AS DECIMAL(18, 4)) AS charged_cnt,
        b.allowed_cnt,
        b.item_type
    FROM beyond AS b
    LEFT JOIN operations AS o ON o.mdtrt_id = b.mdtrt_id AND o.fee_date = b.fee_date
    LEFT JOIN local_items AS l ON l.medins_list_codg = b.local_code
),
bed_sum AS (
    SELECT mdtrt_id, sum(net_cnt) AS net_cnt, sum(gross_cnt) AS gross_cnt, sum(net_share) AS net_share
    FROM marts.medins_fee_net
    WHERE list_contains($bed_item_types, med_chrgitm_type) AND gross_share > 0
    GROUP BY mdtrt_id
),
daily_bed AS (
    SELECT DISTINCT mdtrt_id FROM daily WHERE list_contains($bed_item_types, item_type)
),
bed_days AS (
    SELECT
        m.fixmedins_code,
        CAST(m.begntime AS DATE) AS first_date,
        CAST(m.endtime AS DATE) AS last_date,
        CASE
            WHEN b.net_cnt <= m.ipt_days + $bed_day_allowance THEN CAST(0 AS DECIMAL(18, 2))
            ELSE CAST(round(CAST(b.net_share * (b.net_cnt - m.ipt_days) / b.net_cnt AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2))
        END AS amount,
        CASE WHEN b.net_cnt <= m.ipt_days + $bed_day_allowance THEN 'REVERSED' END AS exclusion_code,
        b.mdtrt_id,
        m.certno,
        'BED_DAYS' AS rule_no,
        '床位费' AS item_name,
        '日' AS cap_unit,
        CAST(b.net_cnt AS DECIMAL(18, 4)) AS charged_cnt,
        CAST(m.ipt_days AS DECIMAL(18, 4)) AS allowed_cnt
    FROM bed_sum AS b
    INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = b.mdtrt_id
    LEFT JOIN daily_bed AS d ON d.mdtrt_id = b.mdtrt_id
    WHERE b.gross_cnt > m.ipt_days + $bed_day_allowance AND d.mdtrt_id IS NULL
)
SELECT
    fixmedins_code AS subject_id, first_date AS occurred_from, last_date AS occurred_to, amount, exclusion_code, mdtrt_id,
    certno, rule_no, item_name, cap_unit, charged_cnt, allowed_cnt
FROM daily
UNION ALL
SELECT
    fixmedins_code AS subject_id, first_date AS occurred_from, last_date AS occurred_to, amount, exclusion_code, mdtrt_id,
    certno, rule_no, item_name, cap_unit, charged_cnt, allowed_cnt
FROM bed_days

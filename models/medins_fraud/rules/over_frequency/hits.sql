-- M5 超频次、超时长: more of an item on one day than its daily cap, or more hours than the day or the hours in hospital
-- hold; and bed days above the length of the stay. One row per visit, rule and day (bed days: per visit). Of the caps in
-- force on the day the one with the longest prefix counts.
-- Look-alikes: reversal, item with another local content, add-on code, both sides, second operation, transfer day,
-- hours rounded or carried across midnight.
WITH lines AS (
    SELECT mdtrt_id, fee_date, med_list_codg, medins_list_codg, hilist_name, med_chrgitm_type, bilg_dept_codg, gross_cnt,
        net_cnt, net_share
    FROM marts.medins_fee_net
    WHERE gross_share > 0
),
codes AS (
    SELECT med_list_codg FROM lines GROUP BY med_list_codg
),
limits AS (
    SELECT c.med_list_codg, r.rule_no, r.item_name, r.cap_cnt, r.cap_unit, length(r.item_code) AS prefix_length,
        r.valid_from, coalesce(r.valid_to, $as_of) AS valid_to
    FROM codes AS c
    INNER JOIN medins.rule_daily_cap AS r ON starts_with(c.med_list_codg, r.item_code)
),
code_days AS (
    SELECT med_list_codg, fee_date FROM lines GROUP BY med_list_codg, fee_date
),
capped AS (
    SELECT f.med_list_codg, f.fee_date, r.rule_no, r.item_name, r.cap_cnt, r.cap_unit
    FROM code_days AS f
    INNER JOIN limits AS r ON r.med_list_codg = f.med_list_codg AND f.fee_date BETWEEN r.valid_from AND r.valid_to
    QUALIFY row_number() OVER ( -- unique: rule_no is the key of the caps
        PARTITION BY f.med_list_codg, f.fee_date ORDER BY r.prefix_length DESC, r.rule_no
    ) = 1
),
days AS (
    SELECT
        f.mdtrt_id,
        f.fee_date,
        c.rule_no,
        c.item_name,
        c.cap_cnt,
        c.cap_unit,
        bool_or(list_contains($bed_item_types, f.med_chrgitm_type)) AS is_bed_item,
        bool_or(list_contains($ward_item_types, f.med_chrgitm_type)) AS is_ward_item,
        bool_or(list_contains($operation_item_types, f.med_chrgitm_type)) AS is_operation_item,
        sum(f.gross_cnt) AS gross_cnt,
        sum(f.net_cnt) AS net_cnt,
        sum(f.net_share) AS net_share,
        min(f.bilg_dept_codg) <> max(f.bilg_dept_codg) AS has_two_departments,
        bool_or(f.hilist_name LIKE '%加收%') AS has_add_on,
        bool_or(l.medins_list_codg IS NOT NULL) AS has_local_item
    FROM lines AS f
    INNER JOIN capped AS c ON c.med_list_codg = f.med_list_codg AND c.fee_date = f.fee_date
    LEFT JOIN medins.local_price_item AS l ON l.medins_list_codg = f.medins_list_codg
    GROUP BY f.mdtrt_id, f.fee_date, c.rule_no, c.item_name, c.cap_cnt, c.cap_unit
    HAVING sum(f.gross_cnt) > c.cap_cnt OR c.cap_unit = '小时'
),
stay_hours AS (
    SELECT
        d.mdtrt_id,
        m.certno,
        m.fixmedins_code,
        d.fee_date,
        d.rule_no,
        d.item_name,
        d.cap_cnt,
        d.cap_unit,
        d.is_bed_item,
        d.is_ward_item,
        d.is_operation_item,
        d.gross_cnt,
        d.net_cnt,
        d.net_share,
        d.has_two_departments,
        d.has_add_on,
        d.has_local_item,
        m.adm_dept_codg <> m.dscg_dept_codg AS has_transfer,
        datediff(
            'minute',
            greatest(m.begntime, CAST(d.fee_date AS TIMESTAMP)),
            least(m.endtime, CAST(d.fee_date + 1 AS TIMESTAMP))
        ) AS minutes_inside
    FROM days AS d
    INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = d.mdtrt_id
),
allowance AS (
    SELECT
        mdtrt_id, certno, fixmedins_code, fee_date, rule_no, item_name, cap_cnt, cap_unit, is_bed_item, is_ward_item,
        is_operation_item, gross_cnt, net_cnt, net_share, has_two_departments, has_add_on, has_local_item, has_transfer,
        CASE
            WHEN cap_unit = '小时' AND minutes_inside > 0
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
        mdtrt_id, certno, fixmedins_code, fee_date, rule_no, item_name, cap_unit, is_bed_item, is_ward_item,
        is_operation_item, net_cnt, net_share, has_two_departments, has_add_on, has_local_item, has_transfer,
        CAST(allowed_cnt AS DECIMAL(18, 4)) AS allowed_cnt,
        cap_unit = '小时' AND net_cnt - allowed_cnt <= $midnight_tolerance_hours
        AND (
            (previous_date = fee_date - 1 AND net_cnt + previous_cnt <= allowed_cnt + cap_cnt)
            OR (next_date = fee_date + 1 AND net_cnt + next_cnt <= allowed_cnt + cap_cnt)
        ) AS is_midnight
    FROM allowance
    WHERE gross_cnt > allowed_cnt
),
operations AS (
    SELECT
        mdtrt_id,
        oprn_oprt_date,
        count(*) AS operation_cnt,
        bool_or(oprn_part = '双') OR (bool_or(oprn_part = '左') AND bool_or(oprn_part = '右')) AS is_both_sides
    FROM medins.setl_list_oprn_d
    GROUP BY mdtrt_id, oprn_oprt_date
),
daily AS (
    SELECT
        b.fixmedins_code,
        b.fee_date AS first_date,
        b.fee_date AS last_date,
        CAST(round(CAST(coalesce(b.net_share * greatest(b.net_cnt - b.allowed_cnt, 0) / nullif(b.net_cnt, 0), 0)
            AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2)) AS amount,
        CASE
            WHEN b.net_cnt <= b.allowed_cnt THEN 'REVERSED'
            WHEN b.has_add_on THEN 'ADD_ON'
            WHEN b.has_local_item THEN 'LOCAL_ITEM'
            WHEN b.is_operation_item AND o.is_both_sides THEN 'BOTH_SIDES'
            WHEN b.is_operation_item AND o.operation_cnt > 1 THEN 'SECOND_OPERATION'
            WHEN b.is_ward_item AND b.has_transfer AND b.has_two_departments
                AND b.net_cnt <= b.allowed_cnt * 2 THEN 'TRANSFER_DAY' -- literal: out of one ward, into another
            WHEN b.is_midnight THEN 'MIDNIGHT_HOURS'
        END AS exclusion_code,
        b.mdtrt_id,
        b.certno,
        b.rule_no,
        b.item_name,
        b.cap_unit,
        CAST(b.net_cnt AS DECIMAL(18, 4)) AS charged_cnt,
        b.allowed_cnt,
        b.is_bed_item
    FROM beyond AS b
    LEFT JOIN operations AS o ON o.mdtrt_id = b.mdtrt_id AND o.oprn_oprt_date = b.fee_date
),
bed_sum AS (
    SELECT mdtrt_id, sum(net_cnt) AS net_cnt, sum(gross_cnt) AS gross_cnt, sum(net_share) AS net_share
    FROM lines
    WHERE list_contains($bed_item_types, med_chrgitm_type)
    GROUP BY mdtrt_id
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
    WHERE b.gross_cnt > m.ipt_days + $bed_day_allowance
        AND NOT EXISTS (
            SELECT 1 FROM daily AS d WHERE d.mdtrt_id = b.mdtrt_id AND d.is_bed_item
        )
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

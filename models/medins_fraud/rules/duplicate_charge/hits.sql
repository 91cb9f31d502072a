-- M4 重复收费: a sub item is charged to the fund in the same window (hour, six hours, day, visit) as a main item whose
-- content already holds it. Rule codes match by prefix; prefixes are resolved on the distinct codes first, so the fee
-- lines only meet in hash joins. One fee line serves one rule pair. One row per visit, pair and exclusion.
-- Look-alikes: reversal, add-on code, item with another local content, both sides, second operation, transfer day.
WITH codes AS (
    SELECT DISTINCT med_list_codg FROM medins.fee_list_d
),
main_codes AS (
    SELECT c.med_list_codg, r.rule_no, r.time_window, r.valid_from, coalesce(r.valid_to, $as_of) AS valid_to
    FROM codes AS c
    INNER JOIN medins.rule_exclusive_pair AS r ON starts_with(c.med_list_codg, r.main_code)
),
sub_codes AS (
    SELECT c.med_list_codg, r.rule_no, r.time_window, r.main_name, r.sub_name
    FROM codes AS c
    INNER JOIN medins.rule_exclusive_pair AS r ON starts_with(c.med_list_codg, r.sub_code)
),
main_charges AS (
    SELECT
        f.mdtrt_id,
        c.rule_no,
        CASE c.time_window
            WHEN '单日' THEN CAST(f.fee_date AS VARCHAR)
            WHEN '同一小时' THEN CAST(date_trunc('hour', f.fee_ocur_time) AS VARCHAR)
            ELSE ''
        END AS window_key,
        CASE WHEN c.time_window = '6小时' THEN f.fee_ocur_time END AS at_time,
        f.bkkp_sn,
        f.bilg_dept_codg,
        f.medins_list_codg,
        f.net_share
    FROM marts.medins_fee_net AS f
    INNER JOIN main_codes AS c ON c.med_list_codg = f.med_list_codg
    WHERE f.gross_share > 0 AND f.fee_date BETWEEN c.valid_from AND c.valid_to
),
main_lines AS (
    SELECT
        mdtrt_id,
        rule_no,
        window_key,
        at_time,
        bilg_dept_codg AS main_dept_codg,
        min(bkkp_sn) AS main_bkkp_sn,
        min(medins_list_codg) AS main_local_code,
        bool_or(net_share > 0) AS main_is_live
    FROM main_charges
    GROUP BY mdtrt_id, rule_no, window_key, at_time, bilg_dept_codg
),
main_visits AS (
    SELECT DISTINCT mdtrt_id, rule_no FROM main_lines
),
matched AS (
    SELECT
        f.mdtrt_id,
        f.bkkp_sn,
        f.certno,
        f.fixmedins_code,
        f.fee_date,
        f.med_chrgitm_type,
        f.net_share,
        f.hilist_name,
        f.medins_list_codg,
        f.bilg_dept_codg,
        c.rule_no,
        c.time_window,
        c.main_name,
        c.sub_name,
        m.main_bkkp_sn,
        m.main_dept_codg,
        m.main_local_code,
        m.main_is_live AND f.net_share > 0 AS is_live
    FROM marts.medins_fee_net AS f
    INNER JOIN sub_codes AS c ON c.med_list_codg = f.med_list_codg
    INNER JOIN main_visits AS v ON v.mdtrt_id = f.mdtrt_id AND v.rule_no = c.rule_no
    INNER JOIN main_lines AS m
        ON m.mdtrt_id = f.mdtrt_id
        AND m.rule_no = c.rule_no
        AND m.window_key = CASE c.time_window
            WHEN '单日' THEN CAST(f.fee_date AS VARCHAR)
            WHEN '同一小时' THEN CAST(date_trunc('hour', f.fee_ocur_time) AS VARCHAR)
            ELSE ''
        END
        AND m.main_bkkp_sn <> f.bkkp_sn
        AND (m.at_time IS NULL OR abs(datediff('minute', m.at_time, f.fee_ocur_time)) <= $six_hour_minutes)
    WHERE f.gross_share > 0
),
sub_lines AS (
    SELECT mdtrt_id, bkkp_sn, certno, fixmedins_code, fee_date, med_chrgitm_type, net_share, hilist_name,
        medins_list_codg, bilg_dept_codg, rule_no, time_window, main_name, sub_name, main_bkkp_sn, main_dept_codg,
        main_local_code, is_live
    FROM matched
    QUALIFY row_number() OVER (  -- unique: a main line belongs to one group of a rule
        PARTITION BY mdtrt_id, bkkp_sn
        ORDER BY is_live DESC, rule_no, main_dept_codg IS DISTINCT FROM bilg_dept_codg, main_bkkp_sn
    ) = 1
),
operations AS (
    SELECT
        mdtrt_id,
        oprn_oprt_date AS fee_date,
        count(*) AS operations,
        bool_or(oprn_part = '双') AS both_parts,
        bool_or(oprn_part = '左') AS left_part,
        bool_or(oprn_part = '右') AS right_part
    FROM medins.setl_list_oprn_d
    GROUP BY mdtrt_id, oprn_oprt_date
),
explained AS (
    SELECT
        s.mdtrt_id,
        s.certno,
        s.fixmedins_code,
        s.fee_date,
        s.net_share,
        s.rule_no,
        s.time_window,
        s.main_name,
        s.sub_name,
        s.bkkp_sn,
        s.main_bkkp_sn,
        CASE
            WHEN NOT s.is_live THEN 'REVERSED'
            WHEN s.hilist_name LIKE '%加收%' THEN 'ADD_ON'
            WHEN l.medins_list_codg IS NOT NULL THEN 'LOCAL_ITEM'
            WHEN list_contains($operation_item_types, s.med_chrgitm_type)
                AND (o.both_parts OR (o.left_part AND o.right_part)) THEN 'BOTH_SIDES'
            WHEN list_contains($operation_item_types, s.med_chrgitm_type) AND o.operations > 1 THEN 'SECOND_OPERATION'
            WHEN list_contains($ward_item_types, s.med_chrgitm_type)
                AND s.bilg_dept_codg <> s.main_dept_codg
                AND s.bilg_dept_codg IN (m.adm_dept_codg, m.dscg_dept_codg)
                AND s.main_dept_codg IN (m.adm_dept_codg, m.dscg_dept_codg) THEN 'TRANSFER_DAY'
        END AS exclusion_code
    FROM sub_lines AS s
    INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = s.mdtrt_id
    LEFT JOIN operations AS o ON o.mdtrt_id = s.mdtrt_id AND o.fee_date = s.fee_date
    LEFT JOIN medins.local_price_item AS l ON l.medins_list_codg = coalesce(s.medins_list_codg, s.main_local_code)
)
SELECT
    fixmedins_code AS subject_id,
    min(fee_date) AS occurred_from,
    max(fee_date) AS occurred_to,
    CAST(sum(net_share) AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    mdtrt_id,
    certno,
    rule_no,
    time_window,
    main_name,
    sub_name,
    count(*) AS line_count,
    min(bkkp_sn) AS first_bkkp_sn,
    min(main_bkkp_sn) AS main_bkkp_sn
FROM explained
GROUP BY fixmedins_code, mdtrt_id, certno, rule_no, time_window, main_name, sub_name, exclusion_code

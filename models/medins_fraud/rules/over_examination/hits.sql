-- M11 过度检查: (a) the same imaging item for the same person at the same institution again within a few days: one row per
-- later line, an unexcused earlier line counts before an excused one; (b) in a month, nearly all admissions of an
-- institution get the same set of many tests on the day of admission: one row per institution and month.
-- Look-alikes of (a): reversal; add-on or contrast code; other part of the body by the reports of those days; an
-- operation in between; an emergency; a disease that needs early control. Of (b): reversal; a registered pathway.
WITH images AS (
    SELECT
        n.mdtrt_id,
        n.bkkp_sn,
        n.certno,
        n.fixmedins_code,
        n.med_type,
        n.fee_date,
        n.fee_ocur_time,
        n.med_list_codg,
        n.hilist_name,
        n.net_cnt,
        n.net_share
    FROM marts.medins_fee_net AS n
    WHERE n.gross_share > 0
        AND list_contains($repeat_exam_codes, left(n.med_list_codg, 6)) -- literal: length of a class of items
),
sites AS (
    SELECT mdtrt_id, item_code, CAST(report_time AS DATE) AS report_date, min(body_part) AS body_part
    FROM medins.lab_result
    GROUP BY mdtrt_id, item_code, CAST(report_time AS DATE)
    HAVING min(body_part) = max(body_part)
),
pairs AS (
    SELECT
        b.mdtrt_id,
        b.bkkp_sn,
        b.certno,
        b.fixmedins_code,
        b.med_type,
        b.fee_date,
        b.med_list_codg,
        b.hilist_name,
        b.net_share,
        b.net_cnt > 0 AND a.net_cnt > 0 AS is_net,
        a.hilist_name LIKE '%加收%' OR b.hilist_name LIKE '%加收%' AS is_add_on,
        a.mdtrt_id AS previous_mdtrt,
        a.bkkp_sn AS previous_bkkp,
        a.fee_date AS previous_date,
        datediff('day', a.fee_date, b.fee_date) AS days_apart
    FROM images AS b
    INNER JOIN images AS a
        ON a.certno = b.certno
        AND a.fixmedins_code = b.fixmedins_code
        AND a.med_list_codg = b.med_list_codg
        AND (a.fee_ocur_time < b.fee_ocur_time
            OR (a.fee_ocur_time = b.fee_ocur_time AND a.mdtrt_id || a.bkkp_sn < b.mdtrt_id || b.bkkp_sn))
        AND datediff('day', a.fee_date, b.fee_date) <= $repeat_window_days
),
operated AS (
    SELECT p.mdtrt_id, p.bkkp_sn, p.previous_mdtrt, p.previous_bkkp
    FROM pairs AS p
    INNER JOIN medins.setl_list_oprn_d AS o
        ON o.mdtrt_id IN (p.mdtrt_id, p.previous_mdtrt)
        AND o.oprn_oprt_date BETWEEN p.previous_date AND p.fee_date
),
diagnoses AS (
    SELECT mdtrt_id, diag_code FROM medins.setl_list_diag_d
    UNION
    SELECT mdtrt_id, dscg_maindiag_code FROM medins.mdtrt_d
),
followed AS (
    SELECT p.mdtrt_id
    FROM pairs AS p
    INNER JOIN diagnoses AS d ON d.mdtrt_id = p.mdtrt_id
    WHERE list_contains($follow_up_diagnoses, left(d.diag_code, 3)) -- literal: length of an ICD-10 category
),
repeated AS (
    SELECT
        p.mdtrt_id,
        p.bkkp_sn,
        p.certno,
        p.fixmedins_code,
        p.fee_date,
        p.med_list_codg,
        p.hilist_name,
        p.net_share,
        p.previous_mdtrt,
        p.previous_bkkp,
        p.previous_date,
        p.days_apart,
        CASE
            WHEN NOT p.is_net THEN 'REVERSED'
            WHEN p.is_add_on THEN 'ADD_ON'
            WHEN now_site.body_part <> then_site.body_part THEN 'DIFFERENT_SITE'
            WHEN o.mdtrt_id IS NOT NULL THEN 'POST_OPERATION'
            WHEN list_contains($emergency_med_types, p.med_type) THEN 'EMERGENCY'
            WHEN f.mdtrt_id IS NOT NULL THEN 'FOLLOW_UP_DISEASE'
        END AS exclusion_code
    FROM pairs AS p
    LEFT JOIN sites AS now_site
        ON now_site.mdtrt_id = p.mdtrt_id
        AND now_site.item_code = p.med_list_codg
        AND now_site.report_date = p.fee_date
    LEFT JOIN sites AS then_site
        ON then_site.mdtrt_id = p.previous_mdtrt
        AND then_site.item_code = p.med_list_codg
        AND then_site.report_date = p.previous_date
    LEFT JOIN operated AS o
        ON o.mdtrt_id = p.mdtrt_id
        AND o.bkkp_sn = p.bkkp_sn
        AND o.previous_mdtrt = p.previous_mdtrt
        AND o.previous_bkkp = p.previous_bkkp
    LEFT JOIN followed AS f ON f.mdtrt_id = p.mdtrt_id
    QUALIFY row_number() OVER ( -- unique: rows left equal say the same
        PARTITION BY p.mdtrt_id, p.bkkp_sn
        ORDER BY exclusion_code IS NOT NULL, p.previous_date DESC, p.previous_mdtrt, p.previous_bkkp
    ) = 1
),
admissions AS (
    SELECT
        mdtrt_id,
        fixmedins_code,
        CAST(date_trunc('month', begntime) AS DATE) AS month_start,
        CAST(begntime AS DATE) AS begin_date,
        dscg_maindiag_code
    FROM medins.mdtrt_d
    WHERE list_contains($inpatient_med_types, med_type) AND coalesce(vali_flag, '1') <> '0'
),
totals AS (
    SELECT
        fixmedins_code,
        month_start,
        count(*) AS admissions,
        ceil($package_share * count(*)) AS enough
    FROM admissions
    GROUP BY fixmedins_code, month_start
    HAVING count(*) >= $package_min_admissions
),
tested AS (
    SELECT
        a.fixmedins_code,
        a.month_start,
        t.admissions,
        t.enough,
        a.mdtrt_id,
        a.begin_date,
        n.med_list_codg,
        count(*) AS line_count,
        max(n.net_cnt) AS net_cnt,
        sum(n.net_share) AS net_share
    FROM totals AS t
    INNER JOIN admissions AS a ON a.fixmedins_code = t.fixmedins_code AND a.month_start = t.month_start
    INNER JOIN marts.medins_fee_net AS n ON n.mdtrt_id = a.mdtrt_id AND n.fee_date = a.begin_date
    WHERE n.gross_share > 0 AND list_contains($package_item_types, n.med_chrgitm_type)
    GROUP BY a.fixmedins_code, a.month_start, t.admissions, t.enough, a.mdtrt_id, a.begin_date, n.med_list_codg
),
common AS (
    SELECT fixmedins_code, month_start, med_list_codg
    FROM tested
    GROUP BY fixmedins_code, month_start, enough, med_list_codg
    HAVING count(*) >= enough
),
packages AS (
    SELECT fixmedins_code, month_start, count(*) AS items
    FROM common
    GROUP BY fixmedins_code, month_start
    HAVING count(*) >= $package_min_items
),
packed AS (
    SELECT
        t.fixmedins_code,
        t.month_start,
        t.admissions,
        t.enough,
        t.mdtrt_id,
        t.begin_date,
        p.items,
        sum(t.line_count) AS line_count,
        sum(t.net_share) AS net_share,
        min(t.net_cnt) > 0 AS is_net
    FROM tested AS t
    INNER JOIN common AS c
        ON c.fixmedins_code = t.fixmedins_code
        AND c.month_start = t.month_start
        AND c.med_list_codg = t.med_list_codg
    INNER JOIN packages AS p ON p.fixmedins_code = t.fixmedins_code AND p.month_start = t.month_start
    GROUP BY t.fixmedins_code, t.month_start, t.admissions, t.enough, t.mdtrt_id, t.begin_date, p.items
    HAVING count(*) = p.items
),
on_path AS (
    SELECT a.mdtrt_id
    FROM admissions AS a
    INNER JOIN medins.clinical_pathway AS w
        ON w.fixmedins_code = a.fixmedins_code
        AND starts_with(a.dscg_maindiag_code, w.diag_code)
        AND a.begin_date BETWEEN w.valid_from AND coalesce(w.valid_to, a.begin_date)
    GROUP BY a.mdtrt_id
),
months AS (
    SELECT
        p.fixmedins_code,
        p.month_start,
        p.admissions,
        p.enough,
        p.items,
        min(p.begin_date) AS from_date,
        max(p.begin_date) AS to_date,
        count(*) AS packed,
        sum(CASE WHEN p.is_net THEN 1 ELSE 0 END) AS net_packed,
        sum(CASE WHEN p.is_net AND w.mdtrt_id IS NULL THEN 1 ELSE 0 END) AS unexplained,
        sum(p.line_count) AS line_count,
        sum(CASE WHEN p.is_net THEN p.net_share ELSE 0 END) AS net_share
    FROM packed AS p
    LEFT JOIN on_path AS w ON w.mdtrt_id = p.mdtrt_id
    GROUP BY p.fixmedins_code, p.month_start, p.admissions, p.enough, p.items
    HAVING count(*) >= p.enough
)
SELECT
    fixmedins_code AS subject_id,
    previous_date AS occurred_from,
    fee_date AS occurred_to,
    CAST(net_share AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    '重复检查' AS exam_kind,
    '证件号' || certno || '做“' || hilist_name || '”后' || CAST(days_apart AS VARCHAR) || '日内又做一次' AS detail,
    mdtrt_id,
    bkkp_sn,
    previous_mdtrt,
    previous_bkkp,
    med_list_codg,
    CAST(1 AS BIGINT) AS line_count
FROM repeated
UNION ALL
SELECT
    fixmedins_code,
    from_date,
    to_date,
    CAST(net_share AS DECIMAL(18, 2)),
    CASE
        WHEN net_packed < enough THEN 'REVERSED'
        WHEN unexplained < enough THEN 'CLINICAL_PATHWAY'
    END AS exclusion_code,
    '成套入院检查',
    '当月' || CAST(admissions AS VARCHAR) || '人次入院，' || CAST(packed AS VARCHAR) || '人次入院当日都做相同的'
    || CAST(items AS VARCHAR) || '项检查检验',
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    CAST(line_count AS BIGINT)
FROM months

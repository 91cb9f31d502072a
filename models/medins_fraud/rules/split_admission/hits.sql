-- M1 分解住院: two stays of one person in the same institution (or the same medical group), the second beginning within
-- the gap after the first ended, with the same three-character main diagnosis and no change of department.
-- Look-alikes are named in one order: refund, year end, interim settlement, new-born, transfer back, discharge against
-- advice, long psychiatric or rehabilitation stay, chemotherapy cycle, dialysis or transfusion, delivery, staged surgery,
-- emergency. A gap above the strong gap is kept as a hit and only downgraded.
WITH paid AS (
    SELECT
        mdtrt_id,
        sum(CASE WHEN init_setl_id IS NULL THEN fund_pay_sumamt END) AS gross_fund,
        sum(fund_pay_sumamt) AS net_fund,
        bool_or(mid_setl_flag = '1') AS is_interim
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY mdtrt_id
),
stays AS (
    SELECT
        m.mdtrt_id,
        m.certno,
        m.fixmedins_code,
        coalesce(x.group_code, m.fixmedins_code) AS institution_key,
        CAST(m.begntime AS DATE) AS begin_date,
        CAST(m.endtime AS DATE) AS end_date,
        m.adm_dept_codg,
        coalesce(m.dscg_dept_codg, m.adm_dept_codg) AS leave_dept_codg,
        m.dscg_maindiag_code,
        m.dscg_way,
        m.nwb_flag,
        m.refl_old_mdtrt_id,
        p.gross_fund,
        p.net_fund,
        p.is_interim
    FROM medins.mdtrt_d AS m
    INNER JOIN paid AS p ON p.mdtrt_id = m.mdtrt_id
    LEFT JOIN medins.fixmedins AS x ON x.fixmedins_code = m.fixmedins_code
    WHERE list_contains($inpatient_med_types, m.med_type)
        AND m.endtime IS NOT NULL
        AND m.fixmedins_code IS NOT NULL
        AND coalesce(m.vali_flag, '1') <> '0'
        AND p.gross_fund > 0
),
followed AS (
    SELECT
        mdtrt_id AS first_mdtrt_id,
        lead(mdtrt_id) OVER person_line AS second_mdtrt_id,
        end_date,
        lead(begin_date) OVER person_line AS next_begin
    FROM stays
    WINDOW person_line AS (PARTITION BY certno, institution_key ORDER BY begin_date, end_date, mdtrt_id)
),
pairs AS (
    SELECT
        a.mdtrt_id AS first_mdtrt_id,
        b.mdtrt_id AS second_mdtrt_id,
        b.certno,
        b.fixmedins_code,
        a.begin_date AS first_begin,
        a.end_date AS first_end,
        b.begin_date AS second_begin,
        b.end_date AS second_end,
        datediff('day', a.end_date, b.begin_date) AS gap_days,
        datediff('day', a.begin_date, a.end_date) AS first_days,
        substr(b.dscg_maindiag_code, 1, 3) AS diagnosis_3, -- literal: ICD category length
        a.dscg_way AS first_dscg_way,
        a.nwb_flag = '1' OR b.nwb_flag = '1' AS is_newborn,
        a.is_interim,
        b.refl_old_mdtrt_id,
        a.net_fund AS first_fund,
        b.net_fund AS second_fund
    FROM followed AS f
    INNER JOIN stays AS a ON a.mdtrt_id = f.first_mdtrt_id
    INNER JOIN stays AS b ON b.mdtrt_id = f.second_mdtrt_id
    WHERE datediff('day', f.end_date, f.next_begin) BETWEEN 0 AND $split_gap_days
        AND substr(a.dscg_maindiag_code, 1, 3) = substr(b.dscg_maindiag_code, 1, 3) -- literal: ICD category length
        AND coalesce(b.adm_dept_codg = a.leave_dept_codg, TRUE)
),
diagnoses AS (
    SELECT mdtrt_id, diag_code FROM medins.setl_list_diag_d
    UNION ALL
    SELECT mdtrt_id, dscg_maindiag_code FROM medins.mdtrt_d
),
coded AS (
    SELECT
        p.second_mdtrt_id,
        substr(d.diag_code, 1, 1) AS chapter,
        substr(d.diag_code, 1, 3) AS category, -- literal: ICD category length
        substr(d.diag_code, 1, 5) AS subcategory -- literal: ICD subcategory length
    FROM pairs AS p
    INNER JOIN diagnoses AS d ON d.mdtrt_id = p.second_mdtrt_id
),
diagnosis_kind AS (
    SELECT
        second_mdtrt_id,
        bool_or(list_contains($cycle_diagnoses, chapter) OR list_contains($cycle_diagnoses, subcategory)) AS has_cycle,
        bool_or(
            list_contains($dialysis_transfusion_diagnoses, category)
            OR list_contains($dialysis_transfusion_diagnoses, subcategory)
        ) AS has_dialysis,
        bool_or(list_contains($delivery_diagnoses, category)) AS has_delivery,
        bool_or(
            list_contains($staged_surgery_diagnoses, category) OR list_contains($staged_surgery_diagnoses, subcategory)
        ) AS has_staged,
        bool_or(list_contains($long_stay_diagnoses, chapter) OR list_contains($long_stay_diagnoses, category)) AS has_long_stay
    FROM coded
    GROUP BY second_mdtrt_id
),
operated AS (
    SELECT p.second_mdtrt_id
    FROM pairs AS p
    INNER JOIN medins.setl_list_oprn_d AS o ON o.mdtrt_id = p.second_mdtrt_id
    GROUP BY p.second_mdtrt_id
),
emergency AS (
    SELECT p.second_mdtrt_id, min(e.mdtrt_id) AS emergency_mdtrt_id
    FROM pairs AS p
    INNER JOIN medins.mdtrt_d AS e
        ON e.certno = p.certno
        AND list_contains($emergency_med_types, e.med_type)
        AND datediff('day', CAST(e.begntime AS DATE), p.second_begin) BETWEEN 0 AND 1
        AND CAST(e.begntime AS DATE) >= p.first_end
    GROUP BY p.second_mdtrt_id
)
SELECT
    p.fixmedins_code AS subject_id,
    p.first_end AS occurred_from,
    p.second_begin AS occurred_to,
    CAST(p.second_fund AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN p.first_fund <= 0 OR p.second_fund <= 0 THEN 'REFUNDED'
        WHEN p.first_end = CAST(date_trunc('year', p.second_begin) AS DATE) - 1
            AND p.second_begin = CAST(date_trunc('year', p.second_begin) AS DATE) THEN 'YEAR_END'
        WHEN p.is_interim THEN 'INTERIM_SETTLEMENT'
        WHEN p.is_newborn THEN 'NEWBORN'
        WHEN p.refl_old_mdtrt_id IS NOT NULL THEN 'TRANSFER'
        WHEN p.first_dscg_way = '4' THEN 'AGAINST_ADVICE'
        WHEN d.has_long_stay AND p.first_days >= $long_stay_days THEN 'LONG_STAY'
        WHEN d.has_cycle THEN 'CHEMO_CYCLE'
        WHEN d.has_dialysis THEN 'DIALYSIS_TRANSFUSION'
        WHEN d.has_delivery THEN 'DELIVERY'
        WHEN d.has_staged AND o.second_mdtrt_id IS NOT NULL THEN 'STAGED_SURGERY'
        WHEN e.second_mdtrt_id IS NOT NULL THEN 'EMERGENCY'
        WHEN p.gap_days > $split_strong_gap_days THEN 'WIDE_GAP'
    END AS exclusion_code,
    p.first_mdtrt_id,
    p.second_mdtrt_id,
    p.certno,
    p.first_begin,
    p.first_end,
    p.second_begin,
    p.second_end,
    p.gap_days,
    p.diagnosis_3,
    p.first_fund,
    p.second_fund,
    e.emergency_mdtrt_id
FROM pairs AS p
INNER JOIN diagnosis_kind AS d ON d.second_mdtrt_id = p.second_mdtrt_id
LEFT JOIN operated AS o ON o.second_mdtrt_id = p.second_mdtrt_id
LEFT JOIN emergency AS e ON e.second_mdtrt_id = p.second_mdtrt_id

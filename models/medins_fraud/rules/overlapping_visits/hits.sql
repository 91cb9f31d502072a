-- P6 住院期间外院就诊: while a fund-paid stay ran, another institution was paid by the fund for the same person. Both ends
-- of the stay are strict: care elsewhere on the day of admission or discharge is no overlap. Two overlapping stays give
-- one row, under the stay that began first.
-- Look-alikes: refund, emergency visit on the day of admission, late posting (the visit itself lay outside the stay),
-- referral, dialysis elsewhere with permission, consultation or examination elsewhere with permission,
-- registered pick-up of medicine by another person.
WITH paid AS (
    SELECT
        mdtrt_id,
        min(CASE WHEN init_setl_id IS NULL THEN begndate END) AS begin_date,
        max(CASE WHEN init_setl_id IS NULL THEN enddate END) AS end_date,
        sum(CASE WHEN init_setl_id IS NULL THEN fund_pay_sumamt END) AS gross_fund,
        sum(fund_pay_sumamt) AS net_fund
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY mdtrt_id
),
visits AS (
    SELECT
        m.mdtrt_id,
        m.certno,
        m.fixmedins_code,
        m.fixmedins_name,
        m.med_type,
        m.refl_old_mdtrt_id,
        CAST(m.begntime AS DATE) AS visit_begin,
        CAST(m.endtime AS DATE) AS visit_end,
        p.begin_date,
        p.end_date,
        p.gross_fund,
        p.net_fund,
        list_contains($inpatient_med_types, m.med_type) AS is_stay,
        list_contains($emergency_med_types, m.med_type) AS is_emergency
    FROM medins.mdtrt_d AS m
    INNER JOIN paid AS p ON p.mdtrt_id = m.mdtrt_id
    WHERE coalesce(m.vali_flag, '1') <> '0' AND p.gross_fund > 0
),
pairs AS (
    SELECT
        a.certno,
        a.mdtrt_id AS stay_mdtrt_id,
        b.mdtrt_id AS other_mdtrt_id,
        a.fixmedins_code AS stay_fixmedins,
        a.fixmedins_name AS stay_institution,
        b.fixmedins_code AS other_fixmedins,
        b.fixmedins_name AS other_institution,
        a.begin_date AS stay_begin,
        a.end_date AS stay_end,
        b.begin_date AS other_begin,
        b.end_date AS other_end,
        a.net_fund AS stay_fund,
        b.net_fund AS other_fund,
        b.is_stay AS other_is_stay,
        b.begin_date < a.end_date AND b.end_date > a.begin_date AS is_inside,
        b.visit_begin < coalesce(a.visit_end, a.end_date)
        AND coalesce(b.visit_end, b.visit_begin) > a.visit_begin AS is_inside_by_visit,
        b.refl_old_mdtrt_id = a.mdtrt_id OR a.refl_old_mdtrt_id = b.mdtrt_id AS is_transfer
    FROM visits AS a
    INNER JOIN visits AS b
        ON b.certno = a.certno AND b.fixmedins_code <> a.fixmedins_code
    WHERE a.is_stay
        AND (NOT b.is_stay OR a.begin_date < b.begin_date OR (a.begin_date = b.begin_date AND a.mdtrt_id < b.mdtrt_id))
        AND (
            (b.begin_date < a.end_date AND b.end_date > a.begin_date)
            OR (b.is_emergency AND b.begin_date = a.begin_date)
        )
),
permits AS (
    SELECT
        p.other_mdtrt_id,
        bool_or(r.kind = '转诊') AS is_referred,
        bool_or(r.kind = '外送透析') AS is_dialysis,
        bool_or(r.kind IN ('外院会诊', '外送检查')) AS is_sent_out,
        min(r.referral_id) AS referral_id
    FROM pairs AS p
    INNER JOIN medins.referral AS r
        ON r.certno = p.certno
        AND r.to_fixmedins_code = p.other_fixmedins
        AND p.other_begin BETWEEN r.date_from AND r.date_to
    GROUP BY p.other_mdtrt_id
)
SELECT
    p.certno AS subject_id,
    p.other_begin AS occurred_from,
    p.other_end AS occurred_to,
    CAST(greatest(p.other_fund, 0) AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN p.stay_fund <= 0 OR p.other_fund <= 0 THEN 'REFUNDED'
        WHEN NOT p.is_inside THEN 'EMERGENCY_BEFORE_STAY'
        WHEN NOT p.is_inside_by_visit THEN 'LATE_POSTING'
        WHEN p.is_transfer OR r.is_referred THEN 'REFERRAL'
        WHEN r.is_dialysis THEN 'DIALYSIS_ELSEWHERE'
        WHEN r.is_sent_out THEN 'OUTSIDE_CARE'
        WHEN a.mdtrt_id IS NOT NULL THEN 'AGENT_PICKUP'
    END AS exclusion_code,
    p.stay_mdtrt_id,
    p.other_mdtrt_id,
    p.stay_institution,
    p.other_institution,
    p.stay_begin,
    p.stay_end,
    p.other_begin,
    CASE WHEN p.other_is_stay THEN '住院' ELSE '门诊或购药' END AS other_kind,
    p.stay_fund,
    p.other_fund,
    r.referral_id
FROM pairs AS p
LEFT JOIN permits AS r ON r.other_mdtrt_id = p.other_mdtrt_id
LEFT JOIN medins.agent_pickup AS a ON a.mdtrt_id = p.other_mdtrt_id

-- P8 外伤骗保: an inpatient stay with an injury diagnosis (ICD-10 chapters S and T), paid by the fund and not marked as
-- paid by a third party, while a traffic accident or a work injury of the same person lies within the reach of the day of
-- admission. One row per stay: the cause that nothing excuses comes first.
-- Look-alikes: refund, nobody else liable (single-vehicle accident or full own liability), work injury denied, advance
-- payment allowed by law, only the person's own commercial policy behind an accident that no police report assigns.
WITH paid AS (
    SELECT
        mdtrt_id,
        sum(CASE WHEN init_setl_id IS NULL THEN fund_pay_sumamt END) AS gross_fund,
        sum(fund_pay_sumamt) AS net_fund
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY mdtrt_id
),
stays AS (
    SELECT
        m.mdtrt_id,
        m.certno,
        m.fixmedins_name AS institution,
        CAST(m.begntime AS DATE) AS begin_date,
        CAST(coalesce(m.endtime, m.begntime) AS DATE) AS end_date,
        m.dscg_maindiag_code AS diagnosis_code,
        m.dscg_maindiag_name AS diagnosis_name,
        p.net_fund
    FROM medins.mdtrt_d AS m
    INNER JOIN paid AS p ON p.mdtrt_id = m.mdtrt_id
    WHERE list_contains($inpatient_med_types, m.med_type)
        AND list_contains($injury_chapters, substr(m.dscg_maindiag_code, 1, 1))
        AND coalesce(m.ttp_pay_flag, '0') <> '1'
        AND coalesce(m.vali_flag, '1') <> '0'
        AND p.gross_fund > 0
),
causes AS (
    SELECT
        certno,
        accident_no AS cause_id,
        '交通事故' AS cause,
        1 AS cause_rank,
        CAST(accident_time AS DATE) AS injured_on,
        liability,
        third_party_flag = '0' OR liability = '全部责任' AS is_alone,
        FALSE AS is_denied,
        report_kind = '保险报案' AS is_only_reported
    FROM medins.traffic_accident
    UNION ALL
    SELECT certno, decision_no, '工伤', 2, injured_on, CAST(NULL AS VARCHAR), FALSE, -- literal: order of causes
        result = '不予认定', FALSE
    FROM medins.work_injury
),
claims AS (
    SELECT
        certno,
        accident_no,
        max(CASE WHEN policy_kind IN ('交强险', '第三者责任险') THEN 1 ELSE 0 END) AS has_other_policy
    FROM medins.commercial_claim
    GROUP BY certno, accident_no
),
advances AS (
    SELECT mdtrt_id, min(advance_no) AS advance_no
    FROM medins.advance_payment
    GROUP BY mdtrt_id
),
explained AS (
    SELECT
        s.mdtrt_id,
        s.certno,
        s.institution,
        s.begin_date,
        s.end_date,
        s.diagnosis_code,
        s.diagnosis_name,
        s.net_fund,
        c.cause,
        c.cause_id,
        c.cause_rank,
        c.injured_on,
        c.liability,
        a.advance_no,
        CASE
            WHEN s.net_fund <= 0 THEN 'REFUNDED'
            WHEN c.is_alone THEN 'NO_THIRD_PARTY'
            WHEN c.is_denied THEN 'NOT_WORK_INJURY'
            WHEN a.advance_no IS NOT NULL THEN 'ADVANCE_PAYMENT'
            WHEN c.is_only_reported AND p.has_other_policy = 0 THEN 'COMMERCIAL_ONLY'
        END AS exclusion_code
    FROM stays AS s
    INNER JOIN causes AS c
        ON c.certno = s.certno
        AND abs(datediff('day', c.injured_on, s.begin_date)) <= $injury_reach_days
    LEFT JOIN claims AS p ON p.certno = c.certno AND p.accident_no = c.cause_id
    LEFT JOIN advances AS a ON a.mdtrt_id = s.mdtrt_id
)
SELECT
    certno AS subject_id,
    begin_date AS occurred_from,
    end_date AS occurred_to,
    CAST(greatest(net_fund, 0) AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    mdtrt_id,
    institution,
    diagnosis_code,
    diagnosis_name,
    net_fund,
    cause,
    cause_id,
    injured_on,
    liability,
    advance_no
FROM explained
QUALIFY row_number() OVER ( -- unique: rank and number name one cause
    PARTITION BY mdtrt_id
    ORDER BY exclusion_code IS NOT NULL, cause_rank, injured_on, cause_id
) = 1

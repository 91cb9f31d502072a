-- name: minor_visit
-- title: 未成年人就诊情形
-- grain: one row per visit, of adults too
-- inputs: minors.visit, minors.visit_code, minors.consent, minors.cause_record, minors.kinship, marts.minor_alarm, person.resident, ref.harm_code
-- materialise: delta
-- What the codes of a visit amount to (letters in either case), as counts by kind and without the codes; ages; the record
-- of the cause; consent; and who sounded the alarm. The counts are texts on purpose: the catalogue hides texts made from
-- columns of the highest class and leaves numbers. age is that of the person of the (corrected) number in full years as
-- criminal law counts them, reached on the day after the birthday. least_age is the least age anything in the visit
-- claims: that one, the birth date the institution wrote, the number as written. A consent counts as the guardian's when
-- the register knows the signer as one; a cause counts with a document only.
WITH counted AS (
    SELECT
        c.visit_no,
        count(DISTINCT CASE WHEN h.kind = '妊娠' THEN c.code END) AS pregnancy,
        count(DISTINCT CASE WHEN h.kind = '妊娠检查' THEN c.code END) AS pregnancy_check,
        count(DISTINCT CASE WHEN h.kind = '终止妊娠' THEN c.code END) AS termination,
        count(DISTINCT CASE WHEN h.kind = '隐私部位损伤' THEN c.code END) AS private_injury,
        count(DISTINCT CASE WHEN h.kind = '已诊断侵害' THEN c.code END) AS abuse,
        count(DISTINCT CASE WHEN h.kind = '性早熟' THEN c.code END) AS precocious,
        count(DISTINCT CASE WHEN h.kind = '多处损伤' THEN c.code END) AS multiple_injury,
        count(DISTINCT CASE WHEN h.kind = '骨折' THEN substr(upper(c.code), 1, 3) END) AS fracture_sites,
        count(DISTINCT CASE WHEN h.kind IN ('多处损伤', '骨折', '其他损伤') THEN c.code END) AS injury,
        count(DISTINCT CASE WHEN h.kind = '中毒' THEN c.code END) AS poisoning,
        count(DISTINCT CASE WHEN h.kind = '自伤' THEN c.code END) AS self_harm,
        count(DISTINCT CASE WHEN h.kind = '性传播感染' THEN c.code END) AS infection,
        count(DISTINCT CASE WHEN h.kind = '先天性感染' THEN c.code END) AS congenital,
        count(DISTINCT CASE WHEN h.kind = '性病筛查' THEN c.code END) AS infection_check
    FROM minors.visit_code AS c
    JOIN ref.harm_code AS h ON h.system = c.system AND starts_with(upper(c.code), h.prefix)
    GROUP BY c.visit_no
),
consented AS (
    SELECT
        s.visit_no,
        min(CASE WHEN k.is_guardian THEN s.consent_no END) AS guardian_no,
        min(CASE WHEN s.signer_role = '医疗机构负责人' THEN s.consent_no END) AS emergency_no
    FROM minors.consent AS s
    JOIN minors.visit AS v ON v.visit_no = s.visit_no
    JOIN marts.minor_alarm AS a ON a.inst_code = v.inst_code AND a.event_no = v.visit_no
    LEFT JOIN minors.kinship AS k ON k.child_id = a.person_id AND k.relative_id = s.signer_id
    GROUP BY s.visit_no
),
born AS (
    SELECT
        v.visit_no,
        a.event_date AS day,
        coalesce(
            r.birth_date,
            TRY_CAST(
                substr(a.person_id, 7, 4) || '-' || substr(a.person_id, 11, 2) || '-' || substr(a.person_id, 13, 2) AS DATE
            )
        ) AS true_birth,
        greatest(
            v.birth_date,
            TRY_CAST(
                substr(v.id_number, 7, 4) || '-' || substr(v.id_number, 11, 2) || '-' || substr(v.id_number, 13, 2) AS DATE
            )
        ) AS written_birth
    FROM minors.visit AS v
    JOIN marts.minor_alarm AS a ON a.inst_code = v.inst_code AND a.event_no = v.visit_no
    LEFT JOIN person.resident AS r ON r.id_number = a.person_id
),
aged AS (
    SELECT
        visit_no,
        year(day) - year(true_birth)
        - CASE
            WHEN month(day) < month(true_birth) OR (month(day) = month(true_birth) AND day(day) <= day(true_birth)) THEN 1
            ELSE 0
        END AS age,
        year(day) - year(written_birth)
        - CASE
            WHEN month(day) < month(written_birth)
                OR (month(day) = month(written_birth) AND day(day) <= day(written_birth))
                THEN 1
            ELSE 0
        END AS written_age
    FROM born
)
SELECT
    v.visit_no,
    a.person_id,
    v.inst_code,
    v.inst_name,
    v.confirmed_ts,
    a.event_date AS confirmed_date,
    v.follow_up_of,
    CASE WHEN CAST(substr(a.person_id, 17, 1) AS INTEGER) % 2 = 1 THEN '1' ELSE '2' END AS gender,
    g.age,
    least(g.age, g.written_age) AS least_age,
    CAST(coalesce(c.pregnancy, 0) AS VARCHAR) AS pregnancy,
    CAST(coalesce(c.pregnancy_check, 0) AS VARCHAR) AS pregnancy_check,
    CAST(coalesce(c.termination, 0) AS VARCHAR) AS termination,
    CAST(coalesce(c.private_injury, 0) AS VARCHAR) AS private_injury,
    CAST(coalesce(c.abuse, 0) AS VARCHAR) AS abuse,
    CAST(coalesce(c.precocious, 0) AS VARCHAR) AS precocious,
    CAST(coalesce(c.multiple_injury, 0) AS VARCHAR) AS multiple_injury,
    CAST(coalesce(c.fracture_sites, 0) AS VARCHAR) AS fracture_sites,
    CAST(coalesce(c.injury, 0) AS VARCHAR) AS injury,
    CAST(coalesce(c.poisoning, 0) AS VARCHAR) AS poisoning,
    CAST(coalesce(c.self_harm, 0) AS VARCHAR) AS self_harm,
    CAST(coalesce(c.infection, 0) AS VARCHAR) AS infection,
    CAST(coalesce(c.congenital, 0) AS VARCHAR) AS congenital,
    CAST(coalesce(c.infection_check, 0) AS VARCHAR) AS infection_check,
    d.cause,
    d.doc_no AS cause_no,
    s.guardian_no,
    s.emergency_no,
    a.own_no,
    a.own_ts,
    a.report_before_no,
    a.report_before_days,
    a.report_after_no,
    a.report_after_days,
    a.case_before_no,
    a.case_before_days,
    a.case_after_no,
    a.case_after_days
FROM minors.visit AS v
JOIN marts.minor_alarm AS a ON a.inst_code = v.inst_code AND a.event_no = v.visit_no
JOIN aged AS g ON g.visit_no = v.visit_no
LEFT JOIN counted AS c ON c.visit_no = v.visit_no
LEFT JOIN consented AS s ON s.visit_no = v.visit_no
LEFT JOIN minors.cause_record AS d ON d.visit_no = v.visit_no AND d.doc_no IS NOT NULL

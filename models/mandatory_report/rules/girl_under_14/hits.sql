-- H1 红色情形未报告：不满十四周岁女童因意见第四条第（一）、（二）项的情形就诊，没有查到报告和受案。一次就诊一行。
-- Look-alikes named: age written down wrongly, reported by the institution, by others or another way, police case, only a
-- check, precocious puberty, injury of a private part with a document on its cause.
WITH seen AS (
    SELECT
        visit_no, person_id, inst_name, confirmed_date, age, own_no,
        pregnancy <> '0' OR termination <> '0' OR abuse <> '0' AS is_proven, private_injury, precocious, cause, cause_no,
        CASE
            WHEN report_before_days <= $same_event_days THEN report_before_no
            WHEN report_after_days <= $same_event_days THEN report_after_no
        END AS other_no,
        CASE
            WHEN case_before_days <= $same_event_days THEN case_before_no
            WHEN case_after_days <= $case_days THEN case_after_no
        END AS case_no
    FROM marts.minor_visit
    WHERE gender = '2' AND least_age < $child_age
        AND (pregnancy <> '0' OR termination <> '0' OR private_injury <> '0' OR pregnancy_check <> '0')
        AND CAST(confirmed_date + $case_days AS DATE) <= $as_of
)
SELECT
    person_id AS subject_id,
    confirmed_date AS occurred_from,
    confirmed_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN age >= $child_age THEN 'AGE_MISTYPED'
        WHEN own_no IS NOT NULL THEN 'REPORTED'
        WHEN other_no IS NOT NULL THEN 'REPORTED_OTHERWISE'
        WHEN case_no IS NOT NULL THEN 'POLICE_CASE'
        WHEN NOT is_proven AND private_injury = '0' AND precocious <> '0' THEN 'PRECOCIOUS_CHECK'
        WHEN NOT is_proven AND private_injury = '0' THEN 'CHECK_ONLY'
        WHEN NOT is_proven AND list_contains($private_causes, cause) THEN 'CAUSE_RECORDED'
    END AS exclusion_code,
    visit_no,
    inst_name,
    confirmed_date,
    age,
    own_no,
    other_no,
    case_no,
    cause_no,
    $same_event_days AS near_days,
    $case_days AS case_days
FROM seen

-- H6 手术没有监护人同意：未成年人终止妊娠，同意书上没有登记在册的监护人签字，也没有查到报告和受案。一次就诊一行。
-- Look-alikes named: age written down wrongly, signed by a guardian, approved in an emergency, reported by the institution, by
-- others or another way, police case.
WITH seen AS (
    SELECT
        visit_no, person_id, inst_name, confirmed_date, age, own_no,
        guardian_no, emergency_no,
        CASE
            WHEN report_before_days <= $same_event_days THEN report_before_no
            WHEN report_after_days <= $same_event_days THEN report_after_no
        END AS other_no,
        CASE
            WHEN case_before_days <= $same_event_days THEN case_before_no
            WHEN case_after_days <= $case_days THEN case_after_no
        END AS case_no
    FROM marts.minor_visit
    WHERE least_age < $adult_age AND termination <> '0'
        AND CAST(confirmed_date + $case_days AS DATE) <= $as_of
)
SELECT
    person_id AS subject_id,
    confirmed_date AS occurred_from,
    confirmed_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN age >= $adult_age THEN 'AGE_MISTYPED'
        WHEN guardian_no IS NOT NULL THEN 'GUARDIAN_SIGNED'
        WHEN emergency_no IS NOT NULL THEN 'EMERGENCY'
        WHEN own_no IS NOT NULL THEN 'REPORTED'
        WHEN other_no IS NOT NULL THEN 'REPORTED_OTHERWISE'
        WHEN case_no IS NOT NULL THEN 'POLICE_CASE'
    END AS exclusion_code,
    visit_no,
    inst_name,
    confirmed_date,
    age,
    own_no,
    other_no,
    case_no,
    guardian_no,
    emergency_no,
    $same_event_days AS near_days,
    $case_days AS case_days
FROM seen

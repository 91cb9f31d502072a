-- H7 报告迟延：医疗机构自己报告了，但在发现以后超过规定的小时数，公安机关也没有在规定天数内受案。一次就诊一行。
-- Look-alikes named: age written down wrongly, somebody else had reported before, police case.
WITH late AS (
    SELECT
        visit_no, person_id, inst_name, confirmed_ts, confirmed_date, age, own_no, own_ts,
        CASE WHEN report_before_days <= $same_event_days THEN report_before_no END AS other_no,
        CASE
            WHEN case_before_days <= $same_event_days THEN case_before_no
            WHEN case_after_days <= $case_days THEN case_after_no
        END AS case_no
    FROM marts.minor_visit
    WHERE least_age < $adult_age
        AND own_ts > confirmed_ts + INTERVAL ($report_hours) HOUR
        AND CAST(confirmed_date + $case_days AS DATE) <= $as_of
)
SELECT
    person_id AS subject_id,
    confirmed_date AS occurred_from,
    CAST(own_ts AS DATE) AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN age >= $adult_age THEN 'AGE_MISTYPED'
        WHEN other_no IS NOT NULL THEN 'REPORTED_OTHERWISE'
        WHEN case_no IS NOT NULL THEN 'POLICE_CASE'
    END AS exclusion_code,
    visit_no,
    inst_name,
    confirmed_ts,
    confirmed_date,
    age,
    own_no,
    own_ts,
    CAST(own_ts AS DATE) AS reported_date,
    datediff('day', confirmed_date, CAST(own_ts AS DATE)) AS days_late,
    other_no,
    case_no,
    $report_hours AS report_hours,
    $case_days AS case_days
FROM late

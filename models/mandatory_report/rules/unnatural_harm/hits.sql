-- H4 黄色情形未报告：未成年人因意见第四条第（五）项的非正常原因就诊，没有查到报告和受案。一次就诊一行。
-- Look-alikes named: age written down wrongly, reported by the institution, by others or another way, police case, an accident
-- or a reaction to a medicine with a document. What the child did to itself is to be reported whatever the document says.
WITH seen AS (
    SELECT
        visit_no, person_id, inst_name, confirmed_date, age, own_no,
        self_harm, cause, cause_no,
        CASE
            WHEN report_before_days <= $same_event_days THEN report_before_no
            WHEN report_after_days <= $same_event_days THEN report_after_no
        END AS other_no,
        CASE
            WHEN case_before_days <= $same_event_days THEN case_before_no
            WHEN case_after_days <= $case_days THEN case_after_no
        END AS case_no
    FROM marts.minor_visit
    WHERE least_age < $adult_age AND (poisoning <> '0' OR self_harm <> '0')
        AND CAST(confirmed_date + $case_days AS DATE) <= $as_of
)
SELECT
    person_id AS subject_id,
    confirmed_date AS occurred_from,
    confirmed_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN age >= $adult_age THEN 'AGE_MISTYPED'
        WHEN own_no IS NOT NULL THEN 'REPORTED'
        WHEN other_no IS NOT NULL THEN 'REPORTED_OTHERWISE'
        WHEN case_no IS NOT NULL THEN 'POLICE_CASE'
        WHEN self_harm = '0' AND list_contains($poison_causes, cause) THEN 'CAUSE_RECORDED'
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

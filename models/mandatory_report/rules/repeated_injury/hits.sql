-- H3 多处、反复受伤未报告：未成年人一次就诊有多处损伤，或者规定天数内反复受伤就诊，没有查到报告和受案。一次就诊一行。
-- Look-alikes named: age written down wrongly, reported by the institution, by others or another way, police case, a document
-- on the cause, the same injury seen again.
WITH injured AS (
    SELECT
        visit_no, person_id, inst_name, confirmed_date, age, least_age, follow_up_of, abuse, cause, cause_no, own_no,
        multiple_injury <> '0' OR CAST(fracture_sites AS INTEGER) >= $fracture_sites AS is_multiple,
        CASE
            WHEN report_before_days <= $same_event_days THEN report_before_no
            WHEN report_after_days <= $same_event_days THEN report_after_no
        END AS other_no,
        CASE
            WHEN case_before_days <= $same_event_days THEN case_before_no
            WHEN case_after_days <= $case_days THEN case_after_no
        END AS case_no
    FROM marts.minor_visit
    WHERE injury <> '0'
),
counted AS (
    SELECT i.visit_no, count(DISTINCT e.confirmed_date) AS visit_count
    FROM injured AS i
    JOIN injured AS e
        ON e.person_id = i.person_id
        AND e.confirmed_date BETWEEN CAST(i.confirmed_date - $repeat_days AS DATE) AND i.confirmed_date
        AND (e.follow_up_of IS NULL OR e.visit_no = i.visit_no)
    GROUP BY i.visit_no
)
SELECT
    i.person_id AS subject_id,
    i.confirmed_date AS occurred_from,
    i.confirmed_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN i.age >= $adult_age THEN 'AGE_MISTYPED'
        WHEN i.own_no IS NOT NULL THEN 'REPORTED'
        WHEN i.other_no IS NOT NULL THEN 'REPORTED_OTHERWISE'
        WHEN i.case_no IS NOT NULL THEN 'POLICE_CASE'
        WHEN i.abuse = '0' AND list_contains($injury_causes, i.cause) THEN 'CAUSE_RECORDED'
        WHEN NOT i.is_multiple AND i.follow_up_of IS NOT NULL THEN 'FOLLOW_UP'
    END AS exclusion_code,
    i.visit_no,
    i.inst_name,
    i.confirmed_date,
    i.age,
    i.own_no,
    i.other_no,
    i.case_no,
    i.cause_no,
    i.follow_up_of,
    CASE
        WHEN i.is_multiple THEN '一次就诊伤在多处'
        ELSE CAST($repeat_days AS VARCHAR) || '日内第' || CAST(c.visit_count AS VARCHAR) || '次受伤就诊'
    END AS pattern,
    $same_event_days AS near_days,
    $case_days AS case_days
FROM injured AS i
JOIN counted AS c ON c.visit_no = i.visit_no
WHERE i.least_age < $adult_age
    AND (i.is_multiple OR c.visit_count >= $visits_from)
    AND CAST(i.confirmed_date + $case_days AS DATE) <= $as_of

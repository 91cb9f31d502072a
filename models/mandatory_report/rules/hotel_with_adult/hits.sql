-- H8 旅馆未报告：未成年人同没有亲属关系的同一成年人在规定天数内多次同住一间，旅馆没有报告。一次住宿、一名成年人一行。
-- Look-alikes named: related, a journey of a group, the hotel reached the guardian, reported by the hotel, by others or
-- another way, police case.
WITH shared AS (
    SELECT
        stay_no, other_stay_no, person_id, other_id, hotel_name, checkin_date, age, relation, group_no, guardian_no,
        own_no,
        CASE
            WHEN report_before_days <= $same_event_days THEN report_before_no
            WHEN report_after_days <= $same_event_days THEN report_after_no
        END AS other_no,
        CASE
            WHEN case_before_days <= $same_event_days THEN case_before_no
            WHEN case_after_days <= $case_days THEN case_after_no
        END AS case_no
    FROM marts.minor_lodging
    WHERE age < $adult_age AND other_age >= $adult_age
),
counted AS (
    SELECT s.stay_no, s.other_stay_no, count(DISTINCT e.checkin_date) AS stay_count
    FROM shared AS s
    JOIN shared AS e
        ON e.person_id = s.person_id AND e.other_id = s.other_id
        AND e.checkin_date BETWEEN CAST(s.checkin_date - $stay_days AS DATE) AND s.checkin_date
    GROUP BY s.stay_no, s.other_stay_no
)
SELECT
    s.person_id AS subject_id,
    s.checkin_date AS occurred_from,
    s.checkin_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN s.relation IS NOT NULL THEN 'RELATED'
        WHEN s.group_no IS NOT NULL THEN 'GROUP_JOURNEY'
        WHEN s.guardian_no IS NOT NULL THEN 'GUARDIAN_REACHED'
        WHEN s.own_no IS NOT NULL THEN 'REPORTED'
        WHEN s.other_no IS NOT NULL THEN 'REPORTED_OTHERWISE'
        WHEN s.case_no IS NOT NULL THEN 'POLICE_CASE'
    END AS exclusion_code,
    s.stay_no,
    s.other_stay_no,
    s.hotel_name,
    s.checkin_date,
    s.age,
    c.stay_count,
    s.relation,
    s.group_no,
    s.guardian_no,
    s.own_no,
    s.other_no,
    s.case_no,
    $stay_days AS stay_days,
    $same_event_days AS near_days,
    $case_days AS case_days
FROM shared AS s
JOIN counted AS c ON c.stay_no = s.stay_no AND c.other_stay_no = s.other_stay_no
WHERE c.stay_count >= $stays_from AND CAST(s.checkin_date + $case_days AS DATE) <= $as_of

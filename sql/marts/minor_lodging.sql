-- name: minor_lodging
-- title: 未成年人与人同住
-- grain: one row per guest and each other guest who shares the room at the same time
-- inputs: minors.lodging, minors.lodging_note, minors.kinship, marts.minor_alarm, person.resident
-- materialise: delta
-- Both ages in full years on the day the guest arrives, as criminal law counts them; how the two are related as far as
-- the register knows; what the hotel noted about the stay; who sounded the alarm about the guest.
WITH guest AS (
    SELECT
        l.stay_no, l.hotel_code, l.hotel_name, l.room_no, l.id_number, l.checkin_ts, l.checkout_ts,
        CAST(l.checkin_ts AS DATE) AS day,
        coalesce(
            r.birth_date,
            TRY_CAST(
                substr(l.id_number, 7, 4) || '-' || substr(l.id_number, 11, 2) || '-' || substr(l.id_number, 13, 2) AS DATE
            )
        ) AS birth
    FROM minors.lodging AS l
    LEFT JOIN person.resident AS r ON r.id_number = l.id_number
),
aged AS (
    SELECT
        stay_no, hotel_code, hotel_name, room_no, id_number, checkin_ts, checkout_ts, day,
        year(day) - year(birth)
        - CASE WHEN month(day) < month(birth) OR (month(day) = month(birth) AND day(day) <= day(birth)) THEN 1 ELSE 0 END AS age
    FROM guest
),
kin AS (
    SELECT child_id AS one_id, relative_id AS other_id, relation FROM minors.kinship
    UNION ALL
    SELECT relative_id, child_id, relation FROM minors.kinship
),
related AS (
    SELECT one_id, other_id, min(relation) AS relation
    FROM kin
    GROUP BY one_id, other_id
),
noted AS (
    SELECT
        stay_no,
        min(CASE WHEN kind = '集体活动' THEN note_no END) AS group_no,
        min(CASE WHEN kind = '已联系监护人' THEN note_no END) AS guardian_no
    FROM minors.lodging_note
    GROUP BY stay_no
)
SELECT
    c.stay_no,
    o.stay_no AS other_stay_no,
    c.id_number AS person_id,
    o.id_number AS other_id,
    c.hotel_code,
    c.hotel_name,
    c.day AS checkin_date,
    c.age,
    o.age AS other_age,
    k.relation,
    n.group_no,
    n.guardian_no,
    a.own_no,
    a.report_before_no,
    a.report_before_days,
    a.report_after_no,
    a.report_after_days,
    a.case_before_no,
    a.case_before_days,
    a.case_after_no,
    a.case_after_days
FROM aged AS c
JOIN aged AS o
    ON o.hotel_code = c.hotel_code AND o.room_no = c.room_no AND o.id_number <> c.id_number
    AND o.checkin_ts < c.checkout_ts AND c.checkin_ts < o.checkout_ts
JOIN marts.minor_alarm AS a ON a.inst_code = c.hotel_code AND a.event_no = c.stay_no
LEFT JOIN related AS k ON k.one_id = c.id_number AND k.other_id = o.id_number
LEFT JOIN noted AS n ON n.stay_no = c.stay_no

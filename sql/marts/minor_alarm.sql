-- name: minor_alarm
-- title: 未成年人事件的报告和受案
-- grain: one row per visit and per guest of a hotel room with a minor
-- inputs: minors.visit, minors.lodging, minors.report, minors.victim_case, person.id_correction
-- materialise: delta
-- Who sounded the alarm about the person of an event. own_no is the first report of the place itself that names the
-- event; other reports and cases of the police are those about the same person: the last one up to the day of the event
-- (before) and the first one after it, with their distance in days. A number that was corrected under the same name is
-- read as the true one, in reports and cases too.
WITH corrected AS (
    SELECT id_number, name, min(true_id_number) AS true_id
    FROM person.id_correction
    GROUP BY id_number, name
),
event AS (
    SELECT
        v.visit_no AS event_no, v.inst_code, coalesce(c.true_id, v.id_number) AS person_id, v.id_number AS written_id,
        CAST(v.confirmed_ts AS DATE) AS event_date
    FROM minors.visit AS v
    LEFT JOIN corrected AS c ON c.id_number = v.id_number AND c.name = v.name
    UNION ALL
    SELECT stay_no, hotel_code, id_number, id_number, CAST(checkin_ts AS DATE)
    FROM minors.lodging
),
own AS (
    SELECT inst_code, event_no, reported_ts AS own_ts, report_no AS own_no
    FROM minors.report
    WHERE inst_code IS NOT NULL AND event_no IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY inst_code, event_no ORDER BY reported_ts, report_no) = 1 -- unique: report_no is the key
),
told AS (
    SELECT
        e.inst_code, e.event_no, r.report_no AS doc_no, '报告' AS kind,
        datediff('day', e.event_date, CAST(r.reported_ts AS DATE)) AS days
    FROM event AS e
    JOIN minors.report AS r ON r.id_number = e.person_id OR r.id_number = e.written_id
    UNION ALL
    SELECT e.inst_code, e.event_no, p.case_no, '受案', datediff('day', e.event_date, p.accepted_date)
    FROM event AS e
    JOIN minors.victim_case AS p ON p.id_number = e.person_id OR p.id_number = e.written_id
),
nearest AS (
    SELECT
        inst_code, event_no, kind,
        max(CASE WHEN days <= 0 THEN days END) AS before_days,
        min(CASE WHEN days > 0 THEN days END) AS after_days
    FROM told
    GROUP BY inst_code, event_no, kind
),
named AS (
    SELECT
        n.inst_code, n.event_no, n.kind, n.before_days, n.after_days,
        min(CASE WHEN t.days = n.before_days THEN t.doc_no END) AS before_no,
        min(CASE WHEN t.days = n.after_days THEN t.doc_no END) AS after_no
    FROM nearest AS n
    JOIN told AS t ON t.inst_code = n.inst_code AND t.event_no = n.event_no AND t.kind = n.kind
    GROUP BY n.inst_code, n.event_no, n.kind, n.before_days, n.after_days
)
SELECT
    e.inst_code,
    e.event_no,
    e.person_id,
    e.written_id,
    e.event_date,
    o.own_no,
    o.own_ts,
    r.before_no AS report_before_no,
    -r.before_days AS report_before_days,
    r.after_no AS report_after_no,
    r.after_days AS report_after_days,
    p.before_no AS case_before_no,
    -p.before_days AS case_before_days,
    p.after_no AS case_after_no,
    p.after_days AS case_after_days
FROM event AS e
LEFT JOIN own AS o ON o.inst_code = e.inst_code AND o.event_no = e.event_no
LEFT JOIN named AS r ON r.inst_code = e.inst_code AND r.event_no = e.event_no AND r.kind = '报告'
LEFT JOIN named AS p ON p.inst_code = e.inst_code AND p.event_no = e.event_no AND p.kind = '受案'

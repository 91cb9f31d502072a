-- U1 判实刑没有收押：审前没有羁押的人判了实刑，生效以后超过交付期限没有收押记录，或者收押时已经超期。
-- Look-alikes named: appeal pending, changed to probation, wrong day of force, dead, held elsewhere, execution outside
-- prison, intake paused, wrong id number, criminal detention, short remainder, rolled last day.
WITH dated AS (
    SELECT
        sentence_no, case_no, court, id_number, charge, sentence_kind, remaining_days, effective_date, sent_date,
        received_date, entry_date,
        coalesce(entry_date, $as_of) AS end_date,
        CAST(effective_date + $send_days + $handover_days AS DATE) AS due_date
    FROM marts.sentence_execution
    WHERE NOT is_detained AND NOT is_suspended AND list_contains($real_kinds, sentence_kind)
),
late AS (
    SELECT
        sentence_no, case_no, court, id_number, charge, sentence_kind, remaining_days, effective_date, sent_date,
        received_date, entry_date, end_date, due_date
    FROM dated
    WHERE end_date > due_date
),
blocked AS (
    SELECT l.sentence_no, o.kind, o.doc_no
    FROM late AS l
    JOIN marts.sentence_obstacle AS o ON o.sentence_no = l.sentence_no
    WHERE o.kind IN ('上诉抗诉', '改判缓刑', '生效日更正', '死亡', '外地羁押', '暂予监外执行', '暂停收押', '更正号码收押', '更正号码服刑')
        AND o.from_date <= l.due_date
        AND l.end_date <= coalesce(CAST(o.to_date + $send_days + $handover_days AS DATE), l.end_date)
    QUALIFY row_number() OVER (PARTITION BY l.sentence_no ORDER BY o.kind, o.doc_no) = 1 -- unique: a sentence has one obstacle of a kind and number
)
SELECT
    l.id_number AS subject_id,
    l.effective_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '上诉抗诉' THEN 'APPEAL_PENDING'
        WHEN b.kind = '改判缓刑' THEN 'CHANGED_TO_PROBATION'
        WHEN b.kind = '生效日更正' THEN 'EFFECTIVE_DATE_CORRECTED'
        WHEN b.kind = '死亡' THEN 'DECEASED'
        WHEN b.kind = '外地羁押' THEN 'HELD_ELSEWHERE'
        WHEN b.kind = '暂予监外执行' THEN 'OUTSIDE_EXECUTION'
        WHEN b.kind = '暂停收押' THEN 'INTAKE_PAUSED'
        WHEN b.kind IN ('更正号码收押', '更正号码服刑') THEN 'ID_CORRECTED'
        WHEN NOT list_contains($prison_kinds, l.sentence_kind) THEN 'CRIMINAL_DETENTION'
        WHEN l.remaining_days <= $short_days THEN 'SHORT_REMAINDER'
        WHEN l.end_date <= w.next_workday THEN 'HOLIDAY_ROLL'
    END AS exclusion_code,
    l.sentence_no,
    l.case_no,
    l.court,
    l.charge,
    l.sentence_kind,
    l.remaining_days,
    l.effective_date,
    l.sent_date,
    l.received_date,
    l.entry_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    CASE WHEN l.entry_date IS NULL THEN '至今没有收押记录' ELSE '收押时已经超期' END AS state,
    b.kind AS obstacle_kind,
    b.doc_no AS obstacle_no
FROM late AS l
LEFT JOIN blocked AS b ON b.sentence_no = l.sentence_no
LEFT JOIN marts.working_day AS w ON w.day = l.due_date

-- U4 看守所拒收没有书面说明：不予收押判了实刑的人，期限内没有出具书面说明。
-- Look-alikes named: appeal pending, changed to probation, dead, execution outside prison, intake paused on that day,
-- taken in after all.
WITH late AS (
    SELECT
        r.refusal_no, r.sentence_no, r.place_name, r.refused_date, r.reason_no, r.reason_date, s.case_no, s.court,
        s.id_number, s.charge, s.sentence_kind, s.entry_date,
        CAST(r.refused_date + $reason_days AS DATE) AS due_date,
        coalesce(r.reason_date, $as_of) AS end_date
    FROM police.intake_refusal AS r
    JOIN marts.sentence_execution AS s ON s.sentence_no = r.sentence_no
    WHERE NOT s.is_detained AND NOT s.is_suspended AND list_contains($real_kinds, s.sentence_kind)
        AND coalesce(r.reason_date, $as_of) > CAST(r.refused_date + $reason_days AS DATE)
),
blocked AS (
    SELECT l.refusal_no, o.kind, o.doc_no
    FROM late AS l
    JOIN marts.sentence_obstacle AS o ON o.sentence_no = l.sentence_no
    WHERE o.kind IN ('上诉抗诉', '改判缓刑', '死亡', '暂予监外执行', '暂停收押')
        AND o.from_date <= l.due_date
        AND l.refused_date <= coalesce(o.to_date, l.refused_date)
    QUALIFY row_number() OVER (PARTITION BY l.refusal_no ORDER BY o.kind, o.doc_no) = 1 -- unique: a sentence has one obstacle of a kind and number
)
SELECT
    l.id_number AS subject_id,
    l.refused_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '上诉抗诉' THEN 'APPEAL_PENDING'
        WHEN b.kind = '改判缓刑' THEN 'CHANGED_TO_PROBATION'
        WHEN b.kind = '死亡' THEN 'DECEASED'
        WHEN b.kind = '暂予监外执行' THEN 'OUTSIDE_EXECUTION'
        WHEN b.kind = '暂停收押' THEN 'INTAKE_PAUSED'
        WHEN l.entry_date BETWEEN l.refused_date AND l.due_date THEN 'TAKEN_IN'
    END AS exclusion_code,
    l.refusal_no,
    l.sentence_no,
    l.case_no,
    l.court,
    l.charge,
    l.sentence_kind,
    l.place_name,
    l.refused_date,
    l.reason_no,
    l.entry_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    CASE WHEN l.reason_date IS NULL THEN '至今没有书面说明' ELSE '出具书面说明时已经超期' END AS state,
    b.kind AS obstacle_kind,
    b.doc_no AS obstacle_no
FROM late AS l
LEFT JOIN blocked AS b ON b.refusal_no = l.refusal_no

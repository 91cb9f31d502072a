-- name: sentence_obstacle
-- title: 交付执行的障碍
-- grain: one row per document that for a time, or for good, stands between a sentence and its execution
-- inputs: justice.sentence, justice.sentence_change, justice.outside_execution, person.death, person.custody, person.id_correction, police.outside_custody, police.intake_pause, police.wanted_notice
-- materialise: delta
-- Both ends belong to the obstacle; an open end is NULL. A corrected day of force is an obstacle from the stated day to
-- the corrected one. A death counts under the same name only. What happened under a corrected id number is an
-- obstacle, too, since the records under the number of the judgment then say nothing.
WITH corrected AS (
    SELECT s.sentence_no, s.effective_date, i.true_id_number
    FROM justice.sentence AS s
    JOIN person.id_correction AS i ON i.id_number = s.id_number
)
SELECT
    s.sentence_no,
    g.kind,
    g.change_no AS doc_no,
    CASE WHEN g.kind = '生效日更正' THEN s.effective_date ELSE g.from_date END AS from_date,
    CASE WHEN g.kind = '生效日更正' THEN g.corrected_date ELSE g.to_date END AS to_date,
    'justice.sentence_change' AS source_dataset,
    g._file,
    g._row
FROM justice.sentence AS s
JOIN justice.sentence_change AS g ON g.sentence_no = s.sentence_no
UNION ALL
SELECT
    o.sentence_no, '暂予监外执行', o.decision_no, o.decided_date, least(o.valid_to, coalesce(o.ended_date, o.valid_to)),
    'justice.outside_execution', o._file, o._row
FROM justice.outside_execution AS o
UNION ALL
SELECT s.sentence_no, '死亡', d.source_kind, d.death_date, CAST(NULL AS DATE), 'person.death', d._file, d._row
FROM justice.sentence AS s
JOIN person.death AS d ON d.id_number = s.id_number AND d.name = s.name
UNION ALL
SELECT
    s.sentence_no, '外地羁押', o.certificate_no, o.from_date, o.to_date, 'police.outside_custody', o._file, o._row
FROM justice.sentence AS s
JOIN police.outside_custody AS o ON o.id_number = s.id_number
UNION ALL
SELECT s.sentence_no, '本地羁押', c.custody_id, c.entry_date, c.exit_date, 'person.custody', c._file, c._row
FROM justice.sentence AS s
JOIN person.custody AS c ON c.id_number = s.id_number
UNION ALL
SELECT s.sentence_no, '暂停收押', p.notice_no, p.from_date, p.to_date, 'police.intake_pause', p._file, p._row
FROM justice.sentence AS s
JOIN police.intake_pause AS p ON p.region_code = s.region_code
UNION ALL
SELECT
    r.sentence_no,
    CASE WHEN c.custody_kind = '服刑' THEN '更正号码服刑' ELSE '更正号码收押' END,
    c.custody_id,
    c.entry_date,
    CAST(NULL AS DATE),
    'person.custody',
    c._file,
    c._row
FROM corrected AS r
JOIN person.custody AS c ON c.id_number = r.true_id_number
WHERE c.custody_kind <> '行政拘留' AND (c.exit_date IS NULL OR c.exit_date >= r.effective_date)
UNION ALL
SELECT
    r.sentence_no, '更正号码追逃', w.wanted_no, w.listed_date, w.withdrawn_date, 'police.wanted_notice', w._file, w._row
FROM corrected AS r
JOIN police.wanted_notice AS w ON w.id_number = r.true_id_number

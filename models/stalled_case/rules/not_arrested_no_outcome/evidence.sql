SELECT h.hit_id, 'justice.arrest_review' AS dataset, r._file, r._row, 'decision' AS role
FROM {{hits}} AS h
JOIN justice.arrest_review AS r ON r.decision_no = h.decision_no
UNION ALL
SELECT h.hit_id, 'police.suspect_outcome', o._file, o._row, 'outcome'
FROM {{hits}} AS h
JOIN police.suspect_outcome AS o ON o.case_no = h.case_no AND o.id_number = h.subject_id
UNION ALL
SELECT h.hit_id, 'police.case_note', n._file, n._row, 'note'
FROM {{hits}} AS h
JOIN police.case_note AS n ON n.note_no = h.note_no

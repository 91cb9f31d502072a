SELECT h.hit_id, 'police.coercive_measure' AS dataset, m._file, m._row, 'measure' AS role
FROM {{hits}} AS h
JOIN police.coercive_measure AS m ON m.measure_no = h.measure_no
UNION ALL
SELECT h.hit_id, 'police.suspect_outcome', o._file, o._row, 'outcome'
FROM {{hits}} AS h
JOIN police.suspect_outcome AS o ON o.case_no = h.case_no AND o.id_number = h.subject_id
UNION ALL
SELECT h.hit_id, 'police.case_note', n._file, n._row, 'note'
FROM {{hits}} AS h
JOIN police.case_note AS n ON n.note_no = h.note_no

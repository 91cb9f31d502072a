SELECT h.hit_id, 'police.coercive_measure' AS dataset, m._file, m._row, 'measure' AS role
FROM {{hits}} AS h
JOIN police.coercive_measure AS m ON m.measure_no = h.measure_no
UNION ALL
SELECT h.hit_id, 'police.coercive_measure', a._file, a._row, 'arrest'
FROM {{hits}} AS h
JOIN police.coercive_measure AS a ON a.case_no = h.case_no AND a.id_number = h.subject_id AND a.from_date = h.arrest_date AND a.measure_no <> h.measure_no
UNION ALL
SELECT h.hit_id, 'police.case_note', n._file, n._row, 'note'
FROM {{hits}} AS h
JOIN police.case_note AS n ON n.note_no = h.note_no

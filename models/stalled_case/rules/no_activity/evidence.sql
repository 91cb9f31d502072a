SELECT h.hit_id, 'police.criminal_case' AS dataset, c._file, c._row, 'case' AS role
FROM {{hits}} AS h
JOIN police.criminal_case AS c ON c.case_no = h.case_no
UNION ALL
SELECT h.hit_id, 'police.case_activity', a._file, a._row, 'activity'
FROM {{hits}} AS h
JOIN police.case_activity AS a ON a.case_no = h.case_no AND a.activity_date = h.start_date
UNION ALL
SELECT h.hit_id, 'police.case_note', n._file, n._row, 'note'
FROM {{hits}} AS h
JOIN police.case_note AS n ON n.note_no = h.note_no

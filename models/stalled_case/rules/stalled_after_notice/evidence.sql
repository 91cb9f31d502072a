SELECT h.hit_id, 'police.criminal_case' AS dataset, c._file, c._row, 'case' AS role
FROM {{hits}} AS h
JOIN police.criminal_case AS c ON c.case_no = h.case_no
UNION ALL
SELECT h.hit_id, 'justice.filing_notice', g._file, g._row, 'notice'
FROM {{hits}} AS h
JOIN justice.filing_notice AS g ON g.notice_no = h.notice_no
UNION ALL
SELECT h.hit_id, 'police.case_note', n._file, n._row, 'note'
FROM {{hits}} AS h
JOIN police.case_note AS n ON n.note_no = h.note_no

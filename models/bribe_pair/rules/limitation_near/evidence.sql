SELECT h.hit_id, p.dataset, p._file, p._row, p.role
FROM {{hits}} AS h
JOIN marts.briber_paper AS p ON p.subject_id = h.subject_id
UNION
SELECT h.hit_id, 'ref.bribery_band', b._file, b._row, 'band'
FROM {{hits}} AS h
JOIN marts.briber_limitation AS l ON l.subject_id = h.subject_id
JOIN ref.bribery_band AS b ON b.valid_from = l.valid_from AND b.limit_years = l.limit_years AND b.briber_kind = '个人'

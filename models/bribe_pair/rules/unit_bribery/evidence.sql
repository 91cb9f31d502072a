SELECT h.hit_id, p.dataset, p._file, p._row, p.role
FROM {{hits}} AS h
JOIN marts.briber_paper AS p ON p.subject_id = h.subject_id

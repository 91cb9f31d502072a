SELECT h.hit_id, 'justice.opinion' AS dataset, o._file, o._row, 'opinion' AS role
FROM {{hits}} AS h
JOIN justice.opinion AS o ON o.doc_no = h.opinion_no
UNION ALL
SELECT h.hit_id, 'justice.non_prosecution', n._file, n._row, 'decision'
FROM {{hits}} AS h
JOIN justice.non_prosecution AS n ON n.np_no = h.np_no
UNION ALL
SELECT h.hit_id, 'justice.appeal', a._file, a._row, 'appeal'
FROM {{hits}} AS h
JOIN justice.appeal AS a ON a.np_no = h.np_no

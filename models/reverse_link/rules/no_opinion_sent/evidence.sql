SELECT h.hit_id, 'justice.non_prosecution' AS dataset, n._file, n._row, 'decision' AS role
FROM {{hits}} AS h
JOIN justice.non_prosecution AS n ON n.np_no = h.np_no
UNION ALL
SELECT h.hit_id, 'ref.charge_law', l._file, l._row, 'law'
FROM {{hits}} AS h
JOIN ref.charge_law AS l ON l.charge = h.charge AND l.law = h.law AND l.article = h.article
UNION ALL
SELECT h.hit_id, 'justice.opinion', o._file, o._row, 'opinion'
FROM {{hits}} AS h
JOIN justice.opinion AS o ON o.np_no = h.np_no
UNION ALL
SELECT h.hit_id, 'admin.penalty', p._file, p._row, 'penalty'
FROM {{hits}} AS h
JOIN admin.penalty AS p ON p.doc_no = h.penalty_no
UNION ALL
SELECT h.hit_id, 'justice.review_decision', r._file, r._row, 'review'
FROM {{hits}} AS h
JOIN justice.review_decision AS r ON r.np_no = h.np_no
UNION ALL
SELECT h.hit_id, 'justice.appeal', a._file, a._row, 'appeal'
FROM {{hits}} AS h
JOIN justice.appeal AS a ON a.np_no = h.np_no
UNION ALL
SELECT h.hit_id, 'person.death', d._file, d._row, 'death'
FROM {{hits}} AS h
JOIN person.death AS d ON d.id_number = h.subject_id
UNION ALL
SELECT h.hit_id, 'person.resident', b._file, b._row, 'resident'
FROM {{hits}} AS h
JOIN person.resident AS b ON b.id_number = h.subject_id

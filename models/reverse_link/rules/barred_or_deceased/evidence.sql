SELECT h.hit_id, 'justice.opinion' AS dataset, o._file, o._row, 'opinion' AS role
FROM {{hits}} AS h
JOIN justice.opinion AS o ON o.doc_no = h.opinion_no
UNION ALL
SELECT h.hit_id, 'justice.non_prosecution', n._file, n._row, 'decision'
FROM {{hits}} AS h
JOIN justice.non_prosecution AS n ON n.np_no = h.np_no
UNION ALL
SELECT h.hit_id, 'ref.charge_law', l._file, l._row, 'law'
FROM {{hits}} AS h
JOIN ref.charge_law AS l ON l.charge = h.charge AND l.law = h.law
UNION ALL
SELECT h.hit_id, 'person.death', d._file, d._row, 'death'
FROM {{hits}} AS h
JOIN person.death AS d ON d.id_number = h.subject_id

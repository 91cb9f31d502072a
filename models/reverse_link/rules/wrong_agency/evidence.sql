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
JOIN ref.charge_law AS l ON l.charge = h.charge
UNION ALL
SELECT h.hit_id, 'admin.organ', g._file, g._row, 'organ'
FROM {{hits}} AS h
JOIN justice.opinion AS o ON o.doc_no = h.opinion_no
JOIN admin.organ AS g ON g.org_code = o.to_org_code
UNION ALL
SELECT h.hit_id, 'admin.organ_power', p._file, p._row, 'power'
FROM {{hits}} AS h
JOIN justice.opinion AS o ON o.doc_no = h.opinion_no
JOIN admin.organ_power AS p ON p.org_code = o.to_org_code AND p.org_kind = h.org_kind

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
SELECT h.hit_id, 'admin.penalty', p._file, p._row, 'penalty'
FROM {{hits}} AS h
JOIN admin.penalty AS p ON p.doc_no IN (h.penalty_no, h.reply_penalty_no)
UNION ALL
SELECT h.hit_id, 'admin.no_penalty', u._file, u._row, 'no_penalty'
FROM {{hits}} AS h
JOIN admin.no_penalty AS u ON u.decision_no = h.no_penalty_no
UNION ALL
SELECT h.hit_id, 'admin.case_finding', c._file, c._row, 'finding'
FROM {{hits}} AS h
JOIN admin.case_finding AS c ON c.doc_no = h.penalty_no
UNION ALL
SELECT h.hit_id, 'admin.reconsideration', v._file, v._row, 'review'
FROM {{hits}} AS h
JOIN admin.reconsideration AS v ON v.review_no = h.annulled_no

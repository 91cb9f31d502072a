SELECT h.hit_id, 'admin.penalty' AS dataset, p._file, p._row, 'penalty' AS role
FROM {{hits}} AS h
JOIN admin.penalty AS p ON p.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'admin.penalty_amount', a._file, a._row, 'amount'
FROM {{hits}} AS h
JOIN admin.penalty_amount AS a ON a.doc_no = h.doc_no AND a.measure = h.measure
UNION ALL
SELECT h.hit_id, 'ref.charge_threshold', s._file, s._row, 'standard'
FROM {{hits}} AS h
JOIN ref.charge_threshold AS s ON s.charge = h.charge AND s.measure = h.measure
UNION ALL
SELECT h.hit_id, 'ref.penalty_cause', c._file, c._row, 'cause'
FROM {{hits}} AS h
JOIN ref.penalty_cause AS c ON c.cause = h.cause AND c.charge = h.charge
UNION ALL
SELECT h.hit_id, 'admin.reconsideration', r._file, r._row, 'review'
FROM {{hits}} AS h
JOIN admin.reconsideration AS r ON r.review_no = h.annulled_no
UNION ALL
SELECT h.hit_id, 'admin.transfer_item', i._file, i._row, 'merged'
FROM {{hits}} AS h
JOIN admin.transfer_item AS i ON i.transfer_no = h.merged_transfer_no AND i.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'admin.price_appraisal', v._file, v._row, 'appraisal'
FROM {{hits}} AS h
JOIN admin.price_appraisal AS v ON v.doc_no = h.doc_no AND v.measure = h.measure
UNION ALL
SELECT h.hit_id, 'admin.case_finding', f._file, f._row, 'finding'
FROM {{hits}} AS h
JOIN admin.case_finding AS f ON f.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'admin.penalty', q._file, q._row, 'police'
FROM {{hits}} AS h
JOIN admin.penalty AS q ON q.doc_no = h.police_doc_no

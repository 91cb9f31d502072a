SELECT h.hit_id, 'admin.penalty' AS dataset, p._file, p._row, 'penalty' AS role
FROM {{hits}} AS h
JOIN admin.penalty AS p ON p.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'ref.conduct_offence', o._file, o._row, 'conduct'
FROM {{hits}} AS h
JOIN ref.conduct_offence AS o ON o.phrase = h.phrase AND o.charge = h.charge AND o.valid_from = h.valid_from
UNION ALL
SELECT h.hit_id, 'admin.reconsideration', r._file, r._row, 'review'
FROM {{hits}} AS h
JOIN admin.reconsideration AS r ON r.review_no = h.annulled_no
UNION ALL
SELECT h.hit_id, 'admin.transfer_item', i._file, i._row, 'merged'
FROM {{hits}} AS h
JOIN admin.transfer_item AS i ON i.transfer_no = h.merged_transfer_no AND i.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'admin.test_report', t._file, t._row, 'report'
FROM {{hits}} AS h
JOIN admin.test_report AS t ON t.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'admin.case_finding', f._file, f._row, 'finding'
FROM {{hits}} AS h
JOIN admin.case_finding AS f ON f.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'admin.penalty', q._file, q._row, 'police'
FROM {{hits}} AS h
JOIN admin.penalty AS q ON q.doc_no = h.police_doc_no

SELECT h.hit_id, 'police.transfer_receipt' AS dataset, r._file, r._row, 'receipt' AS role
FROM {{hits}} AS h
JOIN police.transfer_receipt AS r ON r.receipt_no = h.receipt_no
UNION ALL
SELECT h.hit_id, 'admin.transfer', t._file, t._row, 'transfer'
FROM {{hits}} AS h
JOIN admin.transfer AS t ON t.transfer_no = h.transfer_no
UNION ALL
SELECT h.hit_id, 'admin.penalty', p._file, p._row, 'penalty'
FROM {{hits}} AS h
JOIN admin.penalty AS p ON p.doc_no IN (h.penalty_no, h.merged_penalty_no)
UNION ALL
SELECT h.hit_id, 'admin.transfer_item', i._file, i._row, 'merged'
FROM {{hits}} AS h
JOIN admin.transfer_item AS i ON i.transfer_no = h.transfer_no AND i.doc_no = h.merged_penalty_no
UNION ALL
SELECT h.hit_id, 'admin.no_penalty', u._file, u._row, 'no_penalty'
FROM {{hits}} AS h
JOIN admin.no_penalty AS u ON u.decision_no = h.no_penalty_no
UNION ALL
SELECT h.hit_id, 'admin.case_extension', e._file, e._row, 'extension'
FROM {{hits}} AS h
JOIN admin.case_extension AS e ON e.case_no = h.case_no

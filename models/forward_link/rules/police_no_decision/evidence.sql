SELECT h.hit_id, 'police.transfer_receipt' AS dataset, r._file, r._row, 'receipt' AS role
FROM {{hits}} AS h
JOIN police.transfer_receipt AS r ON r.receipt_no = h.receipt_no
UNION ALL
SELECT h.hit_id, 'admin.transfer', t._file, t._row, 'transfer'
FROM {{hits}} AS h
JOIN admin.transfer AS t ON t.transfer_no = h.transfer_no

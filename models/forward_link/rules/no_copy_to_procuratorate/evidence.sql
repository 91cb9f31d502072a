SELECT h.hit_id, 'admin.transfer' AS dataset, t._file, t._row, 'transfer' AS role
FROM {{hits}} AS h
JOIN admin.transfer AS t ON t.transfer_no = h.transfer_no
UNION ALL
SELECT h.hit_id, 'police.transfer_receipt', r._file, r._row, 'receipt'
FROM {{hits}} AS h
JOIN police.transfer_receipt AS r ON r.receipt_no = h.receipt_no

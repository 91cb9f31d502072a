SELECT h.hit_id, 'admin.transfer' AS dataset, t._file, t._row, 'transfer' AS role
FROM {{hits}} AS h
JOIN admin.transfer AS t ON t.transfer_no = h.transfer_no

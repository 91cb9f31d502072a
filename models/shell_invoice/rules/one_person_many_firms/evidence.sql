-- 证据：该人的任职登记和说明任职原因的备案。
SELECT h.hit_id, 'tax.duty_person' AS dataset, d._file, d._row, 'duty' AS role
FROM {{hits}} AS h
JOIN tax.duty_person AS d ON d.id_number = h.subject_id
UNION ALL
SELECT h.hit_id, 'tax.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN tax.filing AS f ON f.party_id = h.subject_id
UNION ALL
SELECT h.hit_id, 'entity.filing' AS dataset, e._file, e._row, 'filing' AS role
FROM {{hits}} AS h
JOIN entity.filing AS e ON e.party_id = h.subject_id AND e.kind = '控股平台'

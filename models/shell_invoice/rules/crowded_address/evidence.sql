-- 证据：该地址的全部存续登记和备案。
SELECT h.hit_id, a.source_dataset AS dataset, a._file, a._row, 'registration' AS role
FROM {{hits}} AS h
JOIN marts.entity_address AS a ON a.address_key = h.subject_id AND a.source_kind = '登记' AND a.status = '存续'
UNION ALL
SELECT h.hit_id, a.source_dataset AS dataset, a._file, a._row, 'filing' AS role
FROM {{hits}} AS h
JOIN marts.entity_address AS a ON a.address_key = h.subject_id AND a.source_dataset = 'entity.filing'

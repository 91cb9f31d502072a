-- 证据：使用该联系信息的全部登记和说明原因的备案。
SELECT h.hit_id, 'tax.contact_point' AS dataset, p._file, p._row, 'contact' AS role
FROM {{hits}} AS h
JOIN tax.contact_point AS p ON p.value = h.subject_id AND p.kind = h.contact_kind
UNION ALL
SELECT h.hit_id, 'tax.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN tax.filing AS f ON f.party_id = h.subject_id

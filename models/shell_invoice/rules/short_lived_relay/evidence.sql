-- 证据：两户企业的登记、状态文书、任职和联系信息、专用发票、备案。
SELECT h.hit_id, 'entity.company' AS dataset, c._file, c._row, 'registration' AS role
FROM {{hits}} AS h
JOIN entity.company AS c ON c.uscc = h.subject_id OR c.uscc = h.next_uscc
UNION ALL
SELECT h.hit_id, 'tax.taxpayer_status' AS dataset, s._file, s._row, 'status' AS role
FROM {{hits}} AS h
JOIN tax.taxpayer_status AS s ON s.uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'tax.duty_person' AS dataset, d._file, d._row, 'duty' AS role
FROM {{hits}} AS h
JOIN tax.duty_person AS d ON d.uscc = h.subject_id OR d.uscc = h.next_uscc
UNION ALL
SELECT h.hit_id, 'tax.contact_point' AS dataset, p._file, p._row, 'contact' AS role
FROM {{hits}} AS h
JOIN tax.contact_point AS p ON p.uscc = h.subject_id OR p.uscc = h.next_uscc
UNION ALL
SELECT h.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN tax.special_invoice AS i ON i.seller_uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'entity.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN entity.filing AS f ON f.uscc = h.subject_id OR f.uscc = h.next_uscc

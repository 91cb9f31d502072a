SELECT h.hit_id, 'cert.cert_presented' AS dataset, p._file, p._row, 'card' AS role
FROM {{hits}} AS h
JOIN cert.cert_presented AS p ON p.cert_no = h.cert_no
UNION ALL
SELECT h.hit_id, r.source_dataset, r._file, r._row, 'number_owner'
FROM {{hits}} AS h
JOIN marts.cert_register AS r ON r.cert_no = h.cert_no
UNION ALL
SELECT h.hit_id, r.source_dataset, r._file, r._row, 'register'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN marts.cert_register AS r ON r.id_no = d.id_no
WHERE r.cert_no <> h.cert_no
UNION ALL
SELECT h.hit_id, 'cert.site_worker', w._file, w._row, 'roster'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.site_worker AS w ON w.id_no = d.id_no
UNION ALL
SELECT h.hit_id, 'cert.identity_change', c._file, c._row, 'identity_change'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.identity_change AS c ON c.old_id_no = d.id_no
WHERE h.exclusion_code = 'ID_CHANGED'

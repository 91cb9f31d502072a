SELECT h.hit_id, 'cert.admin_penalty' AS dataset, p._file, p._row, 'penalty' AS role
FROM {{hits}} AS h
JOIN cert.admin_penalty AS p ON p.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'cert.site_worker', w._file, w._row, 'roster'
FROM {{hits}} AS h
JOIN cert.site_worker AS w ON w.worker_id = h.worker_id
UNION ALL
SELECT h.hit_id, 'cert.attendance', a._file, a._row, 'attendance'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.site_worker AS w ON w.id_no = d.id_no
JOIN cert.attendance AS a ON a.worker_id = w.worker_id AND a.day IN (h.occurred_from, h.occurred_to)
UNION ALL
SELECT h.hit_id, 'cert.trade_category', t._file, t._row, 'requirement'
FROM {{hits}} AS h
JOIN cert.trade_category AS t ON t.trade = h.trade
UNION ALL
SELECT h.hit_id, r.source_dataset, r._file, r._row, 'register'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN marts.cert_register AS r ON r.id_no = d.id_no
UNION ALL
SELECT h.hit_id, 'cert.cert_presented', c._file, c._row, 'card'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.cert_presented AS c ON c.id_no = d.id_no

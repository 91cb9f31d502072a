SELECT h.hit_id, 'cert.cert_presented' AS dataset, p._file, p._row, 'card' AS role
FROM {{hits}} AS h
JOIN cert.cert_presented AS p ON p.check_id = h.check_id
UNION ALL
SELECT h.hit_id, r.source_dataset, r._file, r._row, 'register'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN marts.cert_register AS r ON r.id_no = d.id_no
UNION ALL
SELECT h.hit_id, 'cert.site_worker', w._file, w._row, 'roster'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.site_worker AS w ON w.id_no = d.id_no
UNION ALL
SELECT h.hit_id, 'cert.training_enrolment', t._file, t._row, 'enrolment'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.training_enrolment AS t ON t.id_no = d.id_no
WHERE h.exclusion_code = 'VICTIM_OF_SCHOOL'
UNION ALL
SELECT h.hit_id, 'cert.identity_change', c._file, c._row, 'identity_change'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.identity_change AS c ON c.old_id_no = d.id_no
WHERE h.exclusion_code = 'ID_CHANGED'
UNION ALL
SELECT h.hit_id, 'cert.category_rename', n._file, n._row, 'rename'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN marts.cert_register AS r ON r.id_no = d.id_no
JOIN cert.category_rename AS n ON n.old_category IN (r.category_written, h.card_category)
WHERE h.exclusion_code = 'CATEGORY_RENAMED' AND n.new_category = r.category
GROUP BY h.hit_id, n._file, n._row

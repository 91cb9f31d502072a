SELECT h.hit_id, 'cert.cert_presented' AS dataset, p._file, p._row, 'card' AS role
FROM {{hits}} AS h
JOIN cert.cert_presented AS p ON p.check_id = h.check_id
UNION ALL
SELECT h.hit_id, 'cert.fake_domain', f._file, f._row, 'fake_site'
FROM {{hits}} AS h
JOIN cert.fake_domain AS f ON h.host = f.domain OR right(h.host, length(f.domain) + 1) = '.' || f.domain
UNION ALL
SELECT h.hit_id, 'cert.official_domain', o._file, o._row, 'official_site'
FROM {{hits}} AS h
JOIN cert.official_domain AS o ON h.host = o.domain OR right(h.host, length(o.domain) + 1) = '.' || o.domain
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

SELECT h.hit_id, 'cert.fake_order' AS dataset, o._file, o._row, 'order' AS role
FROM {{hits}} AS h
JOIN cert.fake_order AS o ON o.order_id = h.order_id
UNION ALL
SELECT h.hit_id, 'cert.site_worker', w._file, w._row, 'roster'
FROM {{hits}} AS h
JOIN cert.site_worker AS w ON w.worker_id = h.worker_id
UNION ALL
SELECT h.hit_id, 'cert.attendance', a._file, a._row, 'attendance'
FROM (
    SELECT h.hit_id, h.worker_id, min(a.day) AS first_day, max(a.day) AS last_day
    FROM {{hits}} AS h
    JOIN cert.attendance AS a ON a.worker_id = h.worker_id AND a.day BETWEEN h.occurred_from AND h.occurred_to
    GROUP BY h.hit_id, h.worker_id
) AS h
JOIN cert.attendance AS a ON a.worker_id = h.worker_id AND a.day IN (h.first_day, h.last_day)
UNION ALL
SELECT h.hit_id, 'cert.fake_domain', f._file, f._row, 'fake_site'
FROM {{hits}} AS h
JOIN cert.fake_domain AS f ON f.domain = lower(h.site_domain)
UNION ALL
SELECT h.hit_id, r.source_dataset, r._file, r._row, 'register'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN marts.cert_register AS r ON r.id_no = d.id_no
UNION ALL
SELECT h.hit_id, 'cert.training_enrolment', t._file, t._row, 'enrolment'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.training_enrolment AS t ON t.id_no = d.id_no
WHERE h.exclusion_code = 'VICTIM_OF_SCHOOL'

SELECT DISTINCT h.hit_id, c.source_dataset AS dataset, c._file, c._row, 'card' AS role
FROM {{hits}} AS h
JOIN cert.site_worker AS w ON w.employer_uscc = h.subject_id
JOIN marts.cert_card AS c ON c.worker_id = w.worker_id
WHERE NOT c.in_register AND c.check_date BETWEEN h.occurred_from AND h.occurred_to
UNION
SELECT h.hit_id, c.source_dataset, c._file, c._row, 'card'
FROM {{hits}} AS h
JOIN cert.site_worker AS w ON w.employer_uscc = h.subject_id
JOIN marts.cert_id_document AS k ON k.id_no = w.id_no
JOIN marts.cert_card AS c ON c.person_id = k.person_id
    AND c.check_date >= w.enter_date AND c.check_date <= coalesce(w.leave_date, c.check_date)
WHERE NOT c.in_register AND c.check_date BETWEEN h.occurred_from AND h.occurred_to
UNION
SELECT h.hit_id, 'cert.site_worker', w._file, w._row, 'roster'
FROM {{hits}} AS h
JOIN cert.site_worker AS w ON w.employer_uscc = h.subject_id
JOIN marts.cert_card AS c ON c.worker_id = w.worker_id
WHERE NOT c.in_register AND c.check_date BETWEEN h.occurred_from AND h.occurred_to
UNION
SELECT h.hit_id, 'cert.site_worker', w._file, w._row, 'roster'
FROM {{hits}} AS h
JOIN cert.site_worker AS w ON w.employer_uscc = h.subject_id
JOIN marts.cert_id_document AS k ON k.id_no = w.id_no
JOIN marts.cert_card AS c ON c.person_id = k.person_id
    AND c.check_date >= w.enter_date AND c.check_date <= coalesce(w.leave_date, c.check_date)
WHERE NOT c.in_register AND c.check_date BETWEEN h.occurred_from AND h.occurred_to
UNION
SELECT h.hit_id, 'cert.training_enrolment', t._file, t._row, 'enrolment'
FROM {{hits}} AS h
JOIN cert.site_worker AS w ON w.employer_uscc = h.subject_id
JOIN marts.cert_id_document AS k ON k.id_no = w.id_no
JOIN marts.cert_id_document AS d ON d.person_id = k.person_id
JOIN cert.training_enrolment AS t ON t.id_no = d.id_no
WHERE h.exclusion_code = 'VICTIM_OF_SCHOOL'

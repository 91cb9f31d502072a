SELECT h.hit_id, 'cert.admin_penalty' AS dataset, p._file, p._row, 'penalty' AS role
FROM {{hits}} AS h
JOIN cert.admin_penalty AS p ON p.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'cert.case_transfer', t._file, t._row, 'paper'
FROM {{hits}} AS h
JOIN cert.case_transfer AS t ON t.paper_no = h.paper_no AND t.event_date = h.paper_date
UNION ALL
SELECT h.hit_id, 'cert.cert_presented', c._file, c._row, 'card'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.cert_presented AS c ON c.id_no = d.id_no AND c.check_date <= h.decide_date
UNION ALL
SELECT h.hit_id, 'cert.training_enrolment', t._file, t._row, 'enrolment'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN cert.training_enrolment AS t ON t.id_no = d.id_no
WHERE h.exclusion_code = 'VICTIM_OF_SCHOOL'

SELECT h.hit_id, 'cert.exam_record' AS dataset, e._file, e._row, 'exam' AS role
FROM {{hits}} AS h
JOIN cert.exam_record AS e ON e.exam_no = h.exam_no OR e.exam_no = h.other_exam_no
UNION ALL
SELECT h.hit_id, s.source_dataset, s._file, s._row, 'status'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id AND d.id_no = d.id18
JOIN marts.person_status_interval AS s ON s.person_id = d.id18 AND s.from_date = h.status_from AND s.status_kind = h.status_kind
UNION ALL
SELECT h.hit_id, r.source_dataset, r._file, r._row, 'register'
FROM {{hits}} AS h
JOIN marts.cert_id_document AS d ON d.person_id = h.subject_id
JOIN marts.cert_register AS r ON r.id_no = d.id_no AND r.category = h.category
UNION ALL
SELECT h.hit_id, 'person.resident', p._file, p._row, 'resident'
FROM {{hits}} AS h
JOIN person.resident AS p ON p.id_number = h.subject_id

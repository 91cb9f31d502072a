SELECT h.hit_id, 'minors.visit' AS dataset, v._file, v._row, 'visit' AS role
FROM {{hits}} AS h
JOIN minors.visit AS v ON v.visit_no = h.visit_no
UNION ALL
SELECT h.hit_id, 'person.resident', r._file, r._row, 'birth'
FROM {{hits}} AS h
JOIN person.resident AS r ON r.id_number = h.subject_id
UNION ALL
SELECT h.hit_id, 'minors.report', r._file, r._row, 'report'
FROM {{hits}} AS h
JOIN minors.report AS r ON r.report_no = h.own_no OR r.report_no = h.other_no
UNION ALL
SELECT h.hit_id, 'minors.victim_case', c._file, c._row, 'case'
FROM {{hits}} AS h
JOIN minors.victim_case AS c ON c.case_no = h.case_no
UNION ALL
SELECT h.hit_id, 'minors.cause_record', d._file, d._row, 'cause'
FROM {{hits}} AS h
JOIN minors.cause_record AS d ON d.visit_no = h.visit_no
UNION ALL
SELECT h.hit_id, 'minors.visit', v._file, v._row, 'earlier_visit'
FROM {{hits}} AS h
JOIN marts.minor_visit AS e
    ON e.person_id = h.subject_id AND e.injury <> '0' AND e.visit_no <> h.visit_no
    AND e.confirmed_date BETWEEN CAST(h.confirmed_date - $repeat_days AS DATE) AND h.confirmed_date
JOIN minors.visit AS v ON v.visit_no = e.visit_no

SELECT h.hit_id, 'minors.lodging' AS dataset, l._file, l._row, 'stay' AS role
FROM {{hits}} AS h
JOIN minors.lodging AS l ON l.stay_no = h.stay_no OR l.stay_no = h.other_stay_no
UNION ALL
SELECT h.hit_id, 'minors.lodging', l._file, l._row, 'earlier_stay'
FROM {{hits}} AS h
JOIN minors.lodging AS o ON o.stay_no = h.other_stay_no
JOIN marts.minor_lodging AS e
    ON e.person_id = h.subject_id AND e.other_id = o.id_number AND e.stay_no <> h.stay_no
    AND e.checkin_date BETWEEN CAST(h.checkin_date - $stay_days AS DATE) AND h.checkin_date
JOIN minors.lodging AS l ON l.stay_no = e.stay_no OR l.stay_no = e.other_stay_no
UNION ALL
SELECT h.hit_id, 'minors.kinship', k._file, k._row, 'kin'
FROM {{hits}} AS h
JOIN minors.lodging AS o ON o.stay_no = h.other_stay_no
JOIN minors.kinship AS k
    ON (k.child_id = h.subject_id AND k.relative_id = o.id_number)
    OR (k.child_id = o.id_number AND k.relative_id = h.subject_id)
UNION ALL
SELECT h.hit_id, 'person.resident', r._file, r._row, 'birth'
FROM {{hits}} AS h
JOIN person.resident AS r ON r.id_number = h.subject_id
UNION ALL
SELECT h.hit_id, 'minors.lodging_note', n._file, n._row, 'note'
FROM {{hits}} AS h
JOIN minors.lodging_note AS n ON n.stay_no = h.stay_no
UNION ALL
SELECT h.hit_id, 'minors.report', r._file, r._row, 'report'
FROM {{hits}} AS h
JOIN minors.report AS r ON r.report_no = h.own_no OR r.report_no = h.other_no
UNION ALL
SELECT h.hit_id, 'minors.victim_case', c._file, c._row, 'case'
FROM {{hits}} AS h
JOIN minors.victim_case AS c ON c.case_no = h.case_no

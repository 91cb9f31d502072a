SELECT h.hit_id, 'justice.briber_mention' AS dataset, m._file, m._row, 'mention' AS role
FROM {{hits}} AS h
JOIN marts.briber_payment AS p ON p.subject_id = h.subject_id
JOIN justice.briber_mention AS m ON m.mention_no = p.mention_no
UNION
SELECT h.hit_id, 'justice.bribery_judgment', j._file, j._row, 'judgment'
FROM {{hits}} AS h
JOIN marts.briber_payment AS p ON p.subject_id = h.subject_id
JOIN justice.bribery_judgment AS j ON j.judgment_no = p.judgment_no
UNION
SELECT h.hit_id, 'justice.case_person', c._file, c._row, 'case'
FROM {{hits}} AS h
JOIN justice.case_person AS c ON c.party_id = h.subject_id
UNION
SELECT h.hit_id, 'discipline.result', d._file, d._row, 'result'
FROM {{hits}} AS h
JOIN discipline.result AS d ON d.party_id = h.subject_id
UNION
SELECT h.hit_id, 'person.death', d._file, d._row, 'death'
FROM {{hits}} AS h
JOIN person.death AS d ON d.id_number = h.subject_id
UNION
SELECT h.hit_id, 'person.resident', r._file, r._row, 'resident'
FROM {{hits}} AS h
JOIN person.resident AS r ON r.id_number = h.subject_id

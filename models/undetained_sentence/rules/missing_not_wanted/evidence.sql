SELECT h.hit_id, 'justice.sentence' AS dataset, s._file, s._row, 'sentence' AS role
FROM {{hits}} AS h
JOIN justice.sentence AS s ON s.sentence_no = h.sentence_no
UNION ALL
SELECT h.hit_id, 'police.search_record', r._file, r._row, 'search'
FROM {{hits}} AS h
JOIN police.search_record AS r ON r.record_no = h.record_no
UNION ALL
SELECT h.hit_id, 'police.wanted_notice', w._file, w._row, 'wanted'
FROM {{hits}} AS h
JOIN police.wanted_notice AS w ON w.id_number = h.subject_id AND w.listed_date = h.listed_date
UNION ALL
SELECT h.hit_id, 'person.custody', c._file, c._row, 'custody'
FROM {{hits}} AS h
JOIN person.custody AS c ON c.id_number = h.subject_id AND c.entry_date = h.entry_date
UNION ALL
SELECT h.hit_id, o.source_dataset, o._file, o._row, 'obstacle'
FROM {{hits}} AS h
JOIN marts.sentence_obstacle AS o ON o.sentence_no = h.sentence_no AND o.kind = h.obstacle_kind AND o.doc_no = h.obstacle_no

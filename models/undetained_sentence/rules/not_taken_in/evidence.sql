SELECT h.hit_id, 'justice.sentence' AS dataset, s._file, s._row, 'sentence' AS role
FROM {{hits}} AS h
JOIN justice.sentence AS s ON s.sentence_no = h.sentence_no
UNION ALL
SELECT h.hit_id, 'justice.exec_notice', n._file, n._row, 'notice'
FROM {{hits}} AS h
JOIN justice.exec_notice AS n ON n.sentence_no = h.sentence_no
UNION ALL
SELECT h.hit_id, 'person.custody', c._file, c._row, 'custody'
FROM {{hits}} AS h
JOIN person.custody AS c ON c.id_number = h.subject_id AND c.entry_date = h.entry_date
UNION ALL
SELECT h.hit_id, o.source_dataset, o._file, o._row, 'obstacle'
FROM {{hits}} AS h
JOIN marts.sentence_obstacle AS o ON o.sentence_no = h.sentence_no AND o.kind = h.obstacle_kind AND o.doc_no = h.obstacle_no

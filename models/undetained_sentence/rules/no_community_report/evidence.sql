SELECT h.hit_id, 'justice.sentence' AS dataset, s._file, s._row, 'sentence' AS role
FROM {{hits}} AS h
JOIN justice.sentence AS s ON s.sentence_no = h.sentence_no
UNION ALL
SELECT h.hit_id, 'justice.community_report', r._file, r._row, 'report'
FROM {{hits}} AS h
JOIN justice.community_report AS r ON r.sentence_no = h.sentence_no
UNION ALL
SELECT h.hit_id, o.source_dataset, o._file, o._row, 'obstacle'
FROM {{hits}} AS h
JOIN marts.sentence_obstacle AS o ON o.sentence_no = h.sentence_no AND o.kind = h.obstacle_kind AND o.doc_no = h.obstacle_no

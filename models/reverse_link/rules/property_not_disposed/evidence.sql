SELECT h.hit_id, 'justice.seized_property' AS dataset, i._file, i._row, 'item' AS role
FROM {{hits}} AS h
JOIN justice.seized_property AS i ON i.item_no = h.item_no
UNION ALL
SELECT h.hit_id, 'justice.non_prosecution', n._file, n._row, 'decision'
FROM {{hits}} AS h
JOIN justice.non_prosecution AS n ON n.np_no = h.np_no
UNION ALL
SELECT h.hit_id, 'justice.appeal', a._file, a._row, 'appeal'
FROM {{hits}} AS h
JOIN justice.appeal AS a ON a.np_no = h.np_no

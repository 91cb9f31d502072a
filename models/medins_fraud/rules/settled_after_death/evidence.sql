-- The settlement and its refunds, the visit, the fee lines, and every death record of the person.
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.setl_id = h.setl_id
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'refund' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.init_setl_id = h.setl_id
UNION ALL
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN medins.fee_list_d AS f ON f.setl_id = h.setl_id
UNION ALL
SELECT h.hit_id, 'person.death' AS dataset, d._file, d._row, 'death' AS role
FROM {{hits}} AS h
INNER JOIN person.death AS d ON d.id_number = h.subject_id

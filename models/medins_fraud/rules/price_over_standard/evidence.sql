-- The lines of the item in the visit (reversals included), settlements, visit, the prices of the item and the grades of
-- the institution on those days.
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = h.mdtrt_id AND f.med_list_codg = h.med_list_codg
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.price_ceiling' AS dataset, c._file, c._row, 'ceiling' AS role
FROM {{hits}} AS h
INNER JOIN medins.price_ceiling AS c ON c.item_code = h.med_list_codg
UNION ALL
SELECT h.hit_id, 'medins.fixmedins_level' AS dataset, v._file, v._row, 'level' AS role
FROM {{hits}} AS h
INNER JOIN medins.fixmedins_level AS v
    ON v.fixmedins_code = h.subject_id
    AND v.valid_from <= h.occurred_to
    AND coalesce(v.valid_to, h.occurred_to) >= h.occurred_from

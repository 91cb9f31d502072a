-- Every stock entry of the item and of its mirror in the book year, transfers that only the other campus entered, and the
-- lines that were settled in the period.
SELECT h.hit_id, 'medins.his_stock' AS dataset, s._file, s._row, 'stock' AS role
FROM {{hits}} AS h
INNER JOIN medins.his_stock AS s
    ON s.fixmedins_code = h.subject_id
    AND coalesce(s.nat_code, s.item_code) = h.stock_key
    AND date_part('year', coalesce(s.arrival_date, s.trans_date)) = h.book_year
UNION ALL
SELECT h.hit_id, 'medins.his_stock' AS dataset, s._file, s._row, 'mirror' AS role
FROM {{hits}} AS h
INNER JOIN medins.his_stock AS s
    ON s.fixmedins_code = h.subject_id
    AND coalesce(s.nat_code, s.item_code) = h.mirror_key
    AND date_part('year', coalesce(s.arrival_date, s.trans_date)) = h.book_year
UNION ALL
SELECT h.hit_id, 'medins.his_stock' AS dataset, t._file, t._row, 'transfer' AS role
FROM {{hits}} AS h
INNER JOIN medins.his_stock AS t
    ON t.counterparty = h.subject_id
    AND coalesce(t.nat_code, t.item_code) = h.stock_key
    AND date_part('year', t.trans_date) = h.book_year
WHERE t.trans_type = '调拨'
UNION ALL
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN marts.medins_fee_net AS n ON n.fixmedins_code = h.subject_id AND n.med_list_codg = h.stock_key
INNER JOIN medins.fee_list_d AS f
    ON f.mdtrt_id = n.mdtrt_id
    AND (f.bkkp_sn = n.bkkp_sn OR f.init_feedetl_sn = n.bkkp_sn)
WHERE n.fee_date BETWEEN h.occurred_from AND h.occurred_to

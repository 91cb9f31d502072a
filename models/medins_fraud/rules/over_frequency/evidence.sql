-- The lines of the item on the day (reversals included; bed days: all bed lines of the stay), the visit, the settlements
-- and the rule row.
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN medins.rule_daily_cap AS r ON r.rule_no = h.rule_no
INNER JOIN medins.fee_list_d AS f
    ON f.mdtrt_id = h.mdtrt_id
    AND starts_with(f.med_list_codg, r.item_code)
    AND CAST(f.fee_ocur_time AS DATE) BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = h.mdtrt_id AND list_contains($bed_item_types, f.med_chrgitm_type)
WHERE h.rule_no = 'BED_DAYS'
UNION ALL
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.rule_daily_cap' AS dataset, r._file, r._row, 'rule' AS role
FROM {{hits}} AS h
INNER JOIN medins.rule_daily_cap AS r ON r.rule_no = h.rule_no
UNION ALL
SELECT h.hit_id, 'medins.setl_list_oprn_d' AS dataset, o._file, o._row, 'operation' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_list_oprn_d AS o ON o.mdtrt_id = h.mdtrt_id

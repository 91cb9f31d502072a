-- The lines themselves (reversals included) with their visit; who signed them with licences, leave and death; the devices;
-- a report that shows the system covers the item; the outage.
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN medins.fee_list_d AS f
    ON f.mdtrt_id = h.mdtrt_id
    AND CAST(f.fee_ocur_time AS DATE) BETWEEN h.occurred_from AND h.occurred_to
    AND (f.bilg_dr_code = h.staff_code OR (h.staff_code IS NULL AND f.med_list_codg = h.item_code))
UNION ALL
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN marts.medins_fee_net AS n
    ON n.fixmedins_code = h.subject_id AND n.fee_date = h.occurred_from AND starts_with(n.med_list_codg, h.item_code)
INNER JOIN medins.fee_list_d AS f
    ON f.mdtrt_id = n.mdtrt_id
    AND (f.bkkp_sn = n.bkkp_sn OR f.init_feedetl_sn = n.bkkp_sn)
WHERE h.mdtrt_id IS NULL
UNION ALL
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.staff' AS dataset, s._file, s._row, 'staff' AS role
FROM {{hits}} AS h
INNER JOIN medins.staff AS s ON s.staff_code = h.staff_code
UNION ALL
SELECT h.hit_id, 'medins.staff_leave' AS dataset, l._file, l._row, 'leave' AS role
FROM {{hits}} AS h
INNER JOIN medins.staff_leave AS l
    ON l.staff_code = h.staff_code AND l.leave_from <= h.occurred_to AND l.leave_to >= h.occurred_from
UNION ALL
SELECT h.hit_id, 'person.death' AS dataset, d._file, d._row, 'death' AS role
FROM {{hits}} AS h
INNER JOIN person.death AS d ON d.id_number = h.ref_no
WHERE h.staff_code IS NOT NULL
UNION ALL
SELECT h.hit_id, 'medins.device' AS dataset, d._file, d._row, 'device' AS role
FROM {{hits}} AS h
INNER JOIN medins.device AS d ON d.fixmedins_code = h.subject_id AND d.item_code = h.item_code
WHERE h.mdtrt_id IS NULL
UNION ALL
SELECT h.hit_id, 'medins.lab_result' AS dataset, r._file, r._row, 'report' AS role
FROM {{hits}} AS h
INNER JOIN medins.lab_result AS r ON r.report_no = h.ref_no
UNION ALL
SELECT h.hit_id, 'medins.system_outage' AS dataset, o._file, o._row, 'outage' AS role
FROM {{hits}} AS h
INNER JOIN medins.system_outage AS o ON o.outage_no = h.ref_no

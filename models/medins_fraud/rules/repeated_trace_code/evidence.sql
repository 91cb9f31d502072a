-- Both scans with their fee lines (reversals too), both settlements with their refunds, and the corrections of either scan.
WITH both_sides AS (
    SELECT hit_id, trace_id, mdtrt_id, setl_id, bkkp_sn FROM {{hits}}
    UNION ALL
    SELECT hit_id, earlier_trace_id AS trace_id, earlier_mdtrt_id AS mdtrt_id, earlier_setl_id AS setl_id,
        earlier_bkkp_sn AS bkkp_sn
    FROM {{hits}}
)
SELECT h.hit_id, 'medins.trace_code' AS dataset, t._file, t._row, 'scan' AS role
FROM both_sides AS h
INNER JOIN medins.trace_code AS t ON t.trace_id = h.trace_id
UNION ALL
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM both_sides AS h
INNER JOIN medins.fee_list_d AS f
    ON f.mdtrt_id = h.mdtrt_id
    AND (f.bkkp_sn = h.bkkp_sn OR f.init_feedetl_sn = h.bkkp_sn)
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM both_sides AS h
INNER JOIN medins.setl_d AS s ON s.setl_id = h.setl_id OR s.init_setl_id = h.setl_id
UNION ALL
SELECT h.hit_id, 'medins.trace_correction' AS dataset, c._file, c._row, 'correction' AS role
FROM both_sides AS h
INNER JOIN medins.trace_correction AS c ON c.trace_id = h.trace_id

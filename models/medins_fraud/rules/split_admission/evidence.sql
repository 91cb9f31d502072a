-- Both stays, their settlements (refunds included), diagnoses and operations of the second stay, the emergency visit.
WITH stay AS (
    SELECT hit_id, first_mdtrt_id AS mdtrt_id, 'first' AS place FROM {{hits}}
    UNION ALL
    SELECT hit_id, second_mdtrt_id AS mdtrt_id, 'second' AS place FROM {{hits}}
)
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, h.place || '_stay' AS role
FROM stay AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM stay AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_list_diag_d' AS dataset, d._file, d._row, 'diagnosis' AS role
FROM stay AS h
INNER JOIN medins.setl_list_diag_d AS d ON d.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_list_oprn_d' AS dataset, o._file, o._row, 'operation' AS role
FROM stay AS h
INNER JOIN medins.setl_list_oprn_d AS o ON o.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'emergency_visit' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.emergency_mdtrt_id

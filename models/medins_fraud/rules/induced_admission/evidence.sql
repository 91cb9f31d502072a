-- The stays of the cluster with settlements and registered units, the event behind it, operations, and who was fetched.
WITH members AS (
    SELECT h.hit_id, m.mdtrt_id, m.certno, m._file, m._row
    FROM {{hits}} AS h
    INNER JOIN medins.insured_unit AS u ON u.unit_code = h.unit_code
    INNER JOIN medins.mdtrt_d AS m
        ON m.certno = u.certno
        AND m.fixmedins_code = h.subject_id
        AND CAST(m.begntime AS DATE) BETWEEN h.occurred_from AND h.occurred_to
        AND starts_with(m.dscg_maindiag_code, h.diagnosis_3)
    WHERE list_contains($inpatient_med_types, m.med_type)
)
SELECT hit_id, 'medins.mdtrt_d' AS dataset, _file, _row, 'stay' AS role
FROM members
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM members AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT DISTINCT h.hit_id, 'medins.insured_unit' AS dataset, u._file, u._row, 'insurance' AS role
FROM members AS h
INNER JOIN medins.insured_unit AS u ON u.certno = h.certno
UNION ALL
SELECT h.hit_id, 'medins.group_event' AS dataset, e._file, e._row, 'event' AS role
FROM {{hits}} AS h
INNER JOIN medins.group_event AS e ON e.event_id = h.event_id
UNION ALL
SELECT h.hit_id, 'medins.setl_list_oprn_d' AS dataset, o._file, o._row, 'operation' AS role
FROM members AS h
INNER JOIN medins.setl_list_oprn_d AS o ON o.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.patient_transport' AS dataset, t._file, t._row, 'transport' AS role
FROM members AS h
INNER JOIN medins.patient_transport AS t ON t.mdtrt_id = h.mdtrt_id

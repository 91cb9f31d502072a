-- The institution with its beds, the stays of the spell, what was refunded of them, and the approvals of added beds.
WITH stays AS (
    SELECT h.hit_id, m.mdtrt_id, m._file, m._row
    FROM {{hits}} AS h
    INNER JOIN medins.mdtrt_d AS m
        ON m.fixmedins_code = h.subject_id
        AND CAST(m.begntime AS DATE) <= h.occurred_to
        AND coalesce(CAST(m.endtime AS DATE), h.occurred_to + 1) > h.occurred_from
    WHERE list_contains($bed_med_types, m.med_type)
)
SELECT h.hit_id, 'medins.fixmedins' AS dataset, f._file, f._row, 'institution' AS role
FROM {{hits}} AS h
INNER JOIN medins.fixmedins AS f ON f.fixmedins_code = h.subject_id
UNION ALL
SELECT s.hit_id, 'medins.mdtrt_d' AS dataset, s._file, s._row, 'stay' AS role
FROM stays AS s
UNION ALL
SELECT s.hit_id, 'medins.setl_d' AS dataset, r._file, r._row, 'refund' AS role
FROM stays AS s
INNER JOIN medins.setl_d AS r ON r.mdtrt_id = s.mdtrt_id AND r.init_setl_id IS NOT NULL
UNION ALL
SELECT h.hit_id, 'medins.bed_approval' AS dataset, a._file, a._row, 'approval' AS role
FROM {{hits}} AS h
INNER JOIN medins.bed_approval AS a ON a.approval_id = h.approval_id

-- Both imaging lines with reports, visits and operations; for a set of tests every test line of the admission days of the
-- month, the admissions and the registered pathways.
WITH entries AS (
    SELECT h.hit_id, m.mdtrt_id, CAST(m.begntime AS DATE) AS begin_date, m._file, m._row
    FROM {{hits}} AS h
    INNER JOIN medins.mdtrt_d AS m
        ON m.fixmedins_code = h.subject_id AND CAST(m.begntime AS DATE) BETWEEN h.occurred_from AND h.occurred_to
    WHERE h.mdtrt_id IS NULL AND list_contains($inpatient_med_types, m.med_type)
),
visits AS (
    SELECT hit_id, mdtrt_id FROM {{hits}} WHERE mdtrt_id IS NOT NULL
    UNION
    SELECT hit_id, previous_mdtrt FROM {{hits}} WHERE mdtrt_id IS NOT NULL
)
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN medins.fee_list_d AS f
    ON f.mdtrt_id = h.mdtrt_id
    AND (f.bkkp_sn = h.bkkp_sn OR f.init_feedetl_sn = h.bkkp_sn)
UNION ALL
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'previous_line' AS role
FROM {{hits}} AS h
INNER JOIN medins.fee_list_d AS f
    ON f.mdtrt_id = h.previous_mdtrt
    AND (f.bkkp_sn = h.previous_bkkp OR f.init_feedetl_sn = h.previous_bkkp)
UNION ALL
SELECT e.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM entries AS e
INNER JOIN medins.fee_list_d AS f
    ON f.mdtrt_id = e.mdtrt_id
    AND CAST(f.fee_ocur_time AS DATE) = e.begin_date
    AND list_contains($package_item_types, f.med_chrgitm_type)
UNION ALL
SELECT e.hit_id, 'medins.mdtrt_d' AS dataset, e._file, e._row, 'visit' AS role
FROM entries AS e
UNION ALL
SELECT v.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM visits AS v
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = v.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.lab_result' AS dataset, r._file, r._row, 'report' AS role
FROM visits AS v
INNER JOIN {{hits}} AS h ON h.hit_id = v.hit_id
INNER JOIN medins.lab_result AS r ON r.mdtrt_id = v.mdtrt_id AND r.item_code = h.med_list_codg
UNION ALL
SELECT v.hit_id, 'medins.setl_list_oprn_d' AS dataset, o._file, o._row, 'operation' AS role
FROM visits AS v
INNER JOIN medins.setl_list_oprn_d AS o ON o.mdtrt_id = v.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.clinical_pathway' AS dataset, w._file, w._row, 'pathway' AS role
FROM {{hits}} AS h
INNER JOIN medins.clinical_pathway AS w ON w.fixmedins_code = h.subject_id
WHERE h.mdtrt_id IS NULL

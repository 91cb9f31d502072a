-- The drug's lines in the window (reversals included), their settlements, prescriptions or registrations, pick-up notes.
WITH lines AS (
    SELECT h.hit_id, f.mdtrt_id, f.setl_id, f._file, f._row
    FROM {{hits}} AS h
    INNER JOIN medins.setl_d AS s ON s.certno = h.subject_id AND s.init_setl_id IS NULL
    INNER JOIN medins.fee_list_d AS f
        ON f.setl_id = s.setl_id
        AND substr(f.med_list_codg, 1, $generic_code_length) = h.generic_code
        AND CAST(f.fee_ocur_time AS DATE) BETWEEN h.occurred_from AND h.occurred_to
    WHERE list_contains($dispensing_med_types, s.med_type)
)
SELECT hit_id, 'medins.fee_list_d' AS dataset, _file, _row, 'fee_line' AS role
FROM lines
UNION ALL
SELECT l.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM (SELECT DISTINCT hit_id, setl_id FROM lines) AS l
INNER JOIN medins.setl_d AS s ON s.setl_id = l.setl_id
UNION ALL
SELECT l.hit_id, 'medins.agent_pickup' AS dataset, a._file, a._row, 'agent' AS role
FROM (SELECT DISTINCT hit_id, mdtrt_id FROM lines) AS l
INNER JOIN medins.agent_pickup AS a ON a.mdtrt_id = l.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.long_prescription' AS dataset, p._file, p._row, 'prescription' AS role
FROM {{hits}} AS h
INNER JOIN medins.long_prescription AS p ON p.certno = h.subject_id AND p.generic_code = h.generic_code

-- The settlements of the time and their drug lines, the limit in force, the listed drugs, papers and pick-up notes.
WITH bills AS (
    SELECT h.hit_id, s.setl_id, s.mdtrt_id, s.begndate, s.insutype, s.med_type, s._file, s._row
    FROM {{hits}} AS h
    INNER JOIN medins.setl_d AS s
        ON s.certno = h.subject_id
        AND s.insutype = h.insutype
        AND s.med_type = h.med_type
        AND s.begndate BETWEEN h.occurred_from AND h.occurred_to
),
lines AS (
    SELECT b.hit_id, f.med_list_codg, f._file, f._row
    FROM (SELECT DISTINCT hit_id, mdtrt_id FROM bills) AS b
    INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = b.mdtrt_id
    WHERE list_contains($drug_item_types, f.med_chrgitm_type)
)
SELECT hit_id, 'medins.setl_d' AS dataset, _file, _row, 'settlement' AS role
FROM bills
UNION ALL
SELECT hit_id, 'medins.fee_list_d' AS dataset, _file, _row, 'fee_line' AS role
FROM lines
UNION ALL
SELECT DISTINCT b.hit_id, 'medins.outpatient_cap' AS dataset, c._file, c._row, 'cap' AS role
FROM bills AS b
INNER JOIN medins.outpatient_cap AS c
    ON c.insutype = b.insutype
    AND c.med_type = b.med_type
    AND b.begndate >= c.valid_from
    AND (c.valid_to IS NULL OR b.begndate <= c.valid_to)
UNION ALL
SELECT DISTINCT l.hit_id, 'medins.resale_drug' AS dataset, d._file, d._row, 'resale_drug' AS role
FROM lines AS l
INNER JOIN medins.resale_drug AS d ON d.generic_code = substr(l.med_list_codg, 1, $generic_code_length)
UNION ALL
SELECT h.hit_id, 'medins.long_prescription' AS dataset, p._file, p._row, 'prescription' AS role
FROM {{hits}} AS h
INNER JOIN medins.long_prescription AS p ON p.kind || p.rx_no = h.paper
UNION ALL
SELECT DISTINCT b.hit_id, 'medins.agent_pickup' AS dataset, a._file, a._row, 'agent' AS role
FROM bills AS b
INNER JOIN medins.agent_pickup AS a ON a.mdtrt_id = b.mdtrt_id

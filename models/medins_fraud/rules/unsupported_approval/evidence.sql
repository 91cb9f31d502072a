-- The approval (and the one it renews), what the fund paid for the disease since, the papers from elsewhere, the insurance.
SELECT h.hit_id, 'medins.special_approval' AS dataset, a._file, a._row, 'approval' AS role
FROM {{hits}} AS h
INNER JOIN medins.special_approval AS a ON a.approval_id = h.approval_id OR a.approval_id = h.earlier_id
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s
    ON s.certno = h.subject_id
    AND s.dise_no = h.dise_no
    AND s.begndate BETWEEN h.valid_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'medins.outside_record' AS dataset, r._file, r._row, 'record' AS role
FROM {{hits}} AS h
INNER JOIN medins.outside_record AS r ON r.record_id = h.record_id
UNION ALL
SELECT h.hit_id, 'medins.insured_unit' AS dataset, i._file, i._row, 'insurance' AS role
FROM {{hits}} AS h
INNER JOIN medins.insured_unit AS i ON i.certno = h.subject_id

-- 证据：本纳税人的申报、购销存、最高零售价和说明材料；同类站只用来排名，不逐一列出。
SELECT h.hit_id, 'fuel.vat_return' AS dataset, v._file, v._row, 'return' AS role
FROM {{hits}} AS h
JOIN fuel.vat_return AS v ON v.uscc = h.subject_id AND v.period BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'fuel.oil_psi', p._file, p._row, 'declaration'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.oil_psi AS p ON p.station_id = s.station_id AND p.period BETWEEN h.occurred_from AND h.occurred_to
WHERE h.price IS NOT NULL
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.price_cap', c._file, c._row, 'cap'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.price_cap AS c ON substr(c.region_code, 1, 2) = substr(s.region_code, 1, 2)  -- literal: 前两位是省
    AND c.valid_from <= h.month_start AND coalesce(c.valid_to, h.month_start) >= h.month_start
WHERE h.price IS NOT NULL
UNION ALL
SELECT h.hit_id, 'fuel.price_promotion', p._file, p._row, 'promotion'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.price_promotion AS p ON p.station_id = s.station_id AND p.valid_from <= h.occurred_to AND p.valid_to >= h.occurred_from
UNION ALL
SELECT h.hit_id, 'fuel.card_settlement', c._file, c._row, 'settlement'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.card_settlement AS c ON c.station_id = s.station_id AND c.period BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'fuel.branch_relation', b._file, b._row, 'branch'
FROM {{hits}} AS h
JOIN fuel.branch_relation AS b ON b.branch_uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'fuel.tax_assessment', a._file, a._row, 'assessment'
FROM {{hits}} AS h
JOIN fuel.tax_assessment AS a ON a.uscc = h.subject_id AND a.valid_from <= h.occurred_to AND coalesce(a.valid_to, h.occurred_from) >= h.occurred_from
UNION ALL
SELECT h.hit_id, 'fuel.gas_station', s._file, s._row, 'station'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id

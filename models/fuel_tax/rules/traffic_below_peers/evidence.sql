-- 证据：本站的车流、申报和说明材料；同类站只在说明里给出座数和平均值。
SELECT h.hit_id, 'fuel.veh_count' AS dataset, c._file, c._row, 'count' AS role
FROM {{hits}} AS h
JOIN fuel.veh_count AS c ON c.station_id = h.station_id AND c.count_day BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'fuel.oil_psi', p._file, p._row, 'declaration'
FROM {{hits}} AS h
JOIN fuel.oil_psi AS p ON p.station_id = h.station_id AND p.period = h.month_start
UNION ALL
SELECT h.hit_id, 'fuel.card_settlement', c._file, c._row, 'settlement'
FROM {{hits}} AS h
JOIN fuel.card_settlement AS c ON c.station_id = h.station_id AND c.period = h.month_start
UNION ALL
SELECT h.hit_id, 'fuel.tax_assessment', a._file, a._row, 'assessment'
FROM {{hits}} AS h
JOIN fuel.tax_assessment AS a ON a.uscc = h.subject_id AND a.valid_from <= h.occurred_to AND coalesce(a.valid_to, h.occurred_from) >= h.occurred_from
UNION ALL
SELECT h.hit_id, 'fuel.gas_station', s._file, s._row, 'station'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.station_id = h.station_id

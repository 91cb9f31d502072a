-- 证据：每一条支撑或说明该异常的来源行。
SELECT DISTINCT h.hit_id, 'fuel.pay_receipt' AS dataset, r._file, r._row, 'receipt' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.pay_receipt AS r ON r.station_id = s.station_id AND r.pay_ts >= h.month_start AND r.pay_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.payee_link' AS dataset, k._file, k._row, 'payee' AS role
FROM {{hits}} AS h
JOIN fuel.payee_link AS k ON k.uscc = h.subject_id AND list_contains($linked_relations, k.relation)
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.vat_return' AS dataset, v._file, v._row, 'return' AS role
FROM {{hits}} AS h
JOIN fuel.vat_return AS v ON v.uscc = h.subject_id AND v.period = h.month_start
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.card_settlement' AS dataset, c._file, c._row, 'settlement' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.card_settlement AS c ON c.station_id = s.station_id AND c.period = h.month_start
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.gas_station' AS dataset, s._file, s._row, 'station' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.tax_assessment' AS dataset, a._file, a._row, 'assessment' AS role
FROM {{hits}} AS h
JOIN fuel.tax_assessment AS a ON a.uscc = h.subject_id AND a.valid_from <= h.occurred_to AND coalesce(a.valid_to, h.occurred_from) >= h.occurred_from

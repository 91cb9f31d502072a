-- 证据：每一条支撑或说明该异常的来源行。
SELECT e.hit_id, 'fuel.totalizer_read' AS dataset, e._file, e._row, 'reading' AS role
FROM (
    SELECT
        h.hit_id, t._file, t._row,
        row_number() OVER (PARTITION BY h.hit_id, t.nozzle_id ORDER BY t.read_ts) AS from_start,  -- unique: 一枪一刻一条读数
        row_number() OVER (PARTITION BY h.hit_id, t.nozzle_id ORDER BY t.read_ts DESC) AS from_end  -- unique: 一枪一刻一条读数
    FROM {{hits}} AS h
    JOIN fuel.pump_nozzle AS n ON n.station_id = h.station_id AND n.oil_grade = h.oil_grade
    JOIN fuel.totalizer_read AS t
        ON t.nozzle_id = n.nozzle_id AND t.read_ts >= h.month_start - 1 AND t.read_ts < h.occurred_to + 1
) AS e
WHERE e.from_start = 1 OR e.from_end = 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.oil_psi' AS dataset, p._file, p._row, 'declaration' AS role
FROM {{hits}} AS h
JOIN fuel.oil_psi AS p ON p.station_id = h.station_id AND p.period = h.month_start AND p.oil_grade = h.oil_grade
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.oil_deduct' AS dataset, d._file, d._row, 'deduction' AS role
FROM {{hits}} AS h
JOIN fuel.oil_deduct AS d ON d.station_id = h.station_id AND d.period = h.month_start AND d.oil_grade = h.oil_grade
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.card_settlement' AS dataset, c._file, c._row, 'settlement' AS role
FROM {{hits}} AS h
JOIN fuel.card_settlement AS c ON c.station_id = h.station_id AND c.period = h.month_start AND c.oil_grade = h.oil_grade
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.pump_service' AS dataset, v._file, v._row, 'service' AS role
FROM {{hits}} AS h
JOIN fuel.pump_nozzle AS n ON n.station_id = h.station_id AND n.oil_grade = h.oil_grade
JOIN fuel.pump_service AS v ON v.nozzle_id = n.nozzle_id AND v.service_ts >= h.month_start AND v.service_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.collector_gap' AS dataset, g._file, g._row, 'outage' AS role
FROM {{hits}} AS h
JOIN fuel.pump_nozzle AS n ON n.station_id = h.station_id AND n.oil_grade = h.oil_grade
JOIN fuel.collector_gap AS g ON g.nozzle_id = n.nozzle_id AND g.gap_from < h.occurred_to + 1 AND g.gap_to >= h.month_start
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.vat_invoice' AS dataset, i._file, i._row, 'wholesale' AS role
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.seller_uscc = h.subject_id AND i.spec = h.oil_grade AND i.unit = '吨' AND i.issue_ts >= h.month_start AND i.issue_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.vat_return' AS dataset, r._file, r._row, 'return' AS role
FROM {{hits}} AS h
JOIN fuel.vat_return AS r ON r.uscc = h.subject_id AND r.period = h.month_start
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.gas_station' AS dataset, s._file, s._row, 'station' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.station_id = h.station_id
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.tax_assessment' AS dataset, a._file, a._row, 'assessment' AS role
FROM {{hits}} AS h
JOIN fuel.tax_assessment AS a ON a.uscc = h.subject_id AND a.valid_from <= h.occurred_to AND coalesce(a.valid_to, h.occurred_from) >= h.occurred_from
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.tank_event' AS dataset, t._file, t._row, 'tank_event' AS role
FROM {{hits}} AS h
JOIN fuel.tank_event AS t ON t.station_id = h.station_id AND t.kind = '改号' AND (t.from_grade = h.oil_grade OR t.to_grade = h.oil_grade)

-- 证据：每一条支撑或说明该异常的来源行。
SELECT DISTINCT h.hit_id, 'fuel.totalizer_read' AS dataset, t._file, t._row, 'reading' AS role
FROM {{hits}} AS h
JOIN fuel.totalizer_read AS t ON t.nozzle_id = h.nozzle_id AND t.read_ts >= h.occurred_from AND t.read_ts < h.occurred_to + 1
    AND (t.total_l = h.from_total_l OR t.total_l = h.to_total_l)
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.pump_nozzle' AS dataset, n._file, n._row, 'nozzle' AS role
FROM {{hits}} AS h
JOIN fuel.pump_nozzle AS n ON n.nozzle_id = h.nozzle_id
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.pay_receipt' AS dataset, r._file, r._row, 'receipt' AS role
FROM {{hits}} AS h
JOIN fuel.pay_receipt AS r ON r.nozzle_id = h.nozzle_id AND h.paid_amt IS NOT NULL AND r.pay_ts >= h.occurred_from AND r.pay_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.tax_chip_report' AS dataset, c._file, c._row, 'chip' AS role
FROM {{hits}} AS h
JOIN fuel.tax_chip_report AS c ON c.nozzle_id = h.nozzle_id AND c.report_date >= h.occurred_from AND c.report_date <= h.occurred_to
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.pump_service' AS dataset, v._file, v._row, 'service' AS role
FROM {{hits}} AS h
JOIN fuel.pump_service AS v ON v.nozzle_id = h.nozzle_id AND v.service_ts >= h.occurred_from - $service_match_days AND v.service_ts < h.occurred_to + $service_match_days + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.collector_gap' AS dataset, g._file, g._row, 'outage' AS role
FROM {{hits}} AS h
JOIN fuel.collector_gap AS g ON g.nozzle_id = h.nozzle_id AND g.gap_from < h.occurred_to + 1 AND g.gap_to >= h.occurred_from
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.gas_station' AS dataset, s._file, s._row, 'station' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.station_id = h.station_id

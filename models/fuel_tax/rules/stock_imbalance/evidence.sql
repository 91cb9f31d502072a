-- 证据：每一条支撑或说明该异常的来源行。
SELECT e.hit_id, 'fuel.tank_gauge' AS dataset, e._file, e._row, 'gauge' AS role
FROM (
    SELECT
        h.hit_id, g._file, g._row, g.gauge_ts, g.oil_grade, h.oil_grade AS hit_grade,
        row_number() OVER (PARTITION BY h.hit_id, g.tank_id ORDER BY g.gauge_ts) AS from_start,  -- unique: 一罐一刻一条读数
        row_number() OVER (PARTITION BY h.hit_id, g.tank_id ORDER BY g.gauge_ts DESC) AS from_end  -- unique: 一罐一刻一条读数
    FROM {{hits}} AS h
    JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
    JOIN fuel.tank_gauge AS g
        ON g.station_id = s.station_id AND g.oil_grade = h.oil_grade
        AND g.gauge_ts >= h.month_start - 1 AND g.gauge_ts < h.occurred_to + 1
) AS e
WHERE e.from_start = 1 OR e.from_end = 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.vat_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.buyer_uscc = h.subject_id AND i.spec = h.oil_grade AND i.issue_ts >= h.month_start AND i.issue_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.haz_waybill' AS dataset, w._file, w._row, 'waybill' AS role
FROM {{hits}} AS h
JOIN fuel.haz_waybill AS w ON w.consignee_uscc = h.subject_id AND w.oil_grade = h.oil_grade AND w.unload_ts >= h.month_start AND w.unload_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.oil_psi' AS dataset, p._file, p._row, 'declaration' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.oil_psi AS p ON p.station_id = s.station_id AND p.period = h.month_start AND p.oil_grade = h.oil_grade
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.oil_deduct' AS dataset, d._file, d._row, 'deduction' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.oil_deduct AS d ON d.station_id = s.station_id AND d.period = h.month_start AND d.oil_grade = h.oil_grade
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.card_settlement' AS dataset, c._file, c._row, 'settlement' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.card_settlement AS c ON c.station_id = s.station_id AND c.period = h.month_start AND c.oil_grade = h.oil_grade
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.tank_event' AS dataset, t._file, t._row, 'tank_event' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.tank_event AS t ON t.station_id = s.station_id AND (t.from_grade = h.oil_grade OR t.to_grade = h.oil_grade)
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.delivery_agreement' AS dataset, a._file, a._row, 'agreement' AS role
FROM {{hits}} AS h
JOIN fuel.haz_waybill AS w ON w.consignee_uscc = h.subject_id AND w.oil_grade = h.oil_grade
    AND w.unload_ts >= h.month_start AND w.unload_ts < h.occurred_to + 1
JOIN fuel.delivery_agreement AS a ON a.waybill_no = w.waybill_no AND a.uscc = h.subject_id
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.vat_invoice' AS dataset, i._file, i._row, 'wholesale' AS role
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.seller_uscc = h.subject_id AND i.spec = h.oil_grade AND i.unit = '吨' AND i.issue_ts >= h.month_start AND i.issue_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.gas_station' AS dataset, s._file, s._row, 'station' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.tax_assessment' AS dataset, a._file, a._row, 'assessment' AS role
FROM {{hits}} AS h
JOIN fuel.tax_assessment AS a ON a.uscc = h.subject_id AND a.valid_from <= h.occurred_to AND coalesce(a.valid_to, h.occurred_from) >= h.occurred_from

-- 证据：每一条支撑或说明该异常的来源行。
SELECT DISTINCT h.hit_id, 'fuel.haz_waybill' AS dataset, w._file, w._row, 'waybill' AS role
FROM {{hits}} AS h
JOIN fuel.haz_waybill AS w ON w.consignee_uscc = h.subject_id AND w.oil_grade = h.oil_grade AND w.status = '已签收'
    AND w.unload_ts >= h.occurred_from AND w.unload_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.veh_track' AS dataset, t._file, t._row, 'stop' AS role
FROM {{hits}} AS h
JOIN fuel.haz_waybill AS w ON w.consignee_uscc = h.subject_id AND w.oil_grade = h.oil_grade AND w.status = '已签收'
    AND w.unload_ts >= h.occurred_from AND w.unload_ts < h.occurred_to + 1
JOIN fuel.veh_track AS t ON t.plate = w.plate AND t.arrive_ts >= w.load_ts AND t.arrive_ts <= w.unload_ts
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.vat_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.buyer_uscc = h.subject_id AND i.spec = h.oil_grade
    AND i.issue_ts >= h.occurred_from - $invoice_days AND i.issue_ts < h.occurred_to + $late_invoice_days + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.delivery_agreement' AS dataset, a._file, a._row, 'agreement' AS role
FROM {{hits}} AS h
JOIN fuel.haz_waybill AS w ON w.consignee_uscc = h.subject_id AND w.oil_grade = h.oil_grade
    AND w.unload_ts >= h.occurred_from AND w.unload_ts < h.occurred_to + 1
JOIN fuel.delivery_agreement AS a ON a.waybill_no = w.waybill_no AND a.uscc = h.subject_id
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.tank_event' AS dataset, t._file, t._row, 'tank_event' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.tank_event AS t ON t.station_id = s.station_id AND t.kind = '改号' AND (t.from_grade = h.oil_grade OR t.to_grade = h.oil_grade)

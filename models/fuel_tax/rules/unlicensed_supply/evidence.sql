-- 证据：每一条支撑或说明该异常的来源行。
SELECT DISTINCT h.hit_id, 'fuel.haz_waybill' AS dataset, w._file, w._row, 'waybill' AS role
FROM {{hits}} AS h
JOIN fuel.haz_waybill AS w ON w.consignee_uscc = h.subject_id AND w.status <> '作废'
    AND coalesce(w.unload_ts, w.load_ts) >= h.occurred_from AND coalesce(w.unload_ts, w.load_ts) < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.gas_station' AS dataset, s._file, s._row, 'station' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.station_id = h.station_id
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.station_permit' AS dataset, p._file, p._row, 'permit' AS role
FROM {{hits}} AS h
JOIN fuel.station_permit AS p ON p.station_id = h.station_id
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.delivery_agreement' AS dataset, a._file, a._row, 'agreement' AS role
FROM {{hits}} AS h
JOIN fuel.haz_waybill AS w ON w.consignee_uscc = h.subject_id AND coalesce(w.unload_ts, w.load_ts) >= h.occurred_from
    AND coalesce(w.unload_ts, w.load_ts) < h.occurred_to + 1
JOIN fuel.delivery_agreement AS a ON a.waybill_no = w.waybill_no AND a.uscc = h.subject_id

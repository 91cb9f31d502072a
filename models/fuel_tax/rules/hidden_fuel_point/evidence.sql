-- 证据：每一条支撑或说明该异常的来源行。
SELECT h.hit_id, s.source_dataset AS dataset, s._file, s._row, 'stop' AS role
FROM {{hits}} AS h
JOIN marts.fuel_stop AS s
    ON s.cell_x BETWEEN h.cell_x - 1 AND h.cell_x + 1 AND s.cell_y BETWEEN h.cell_y - 1 AND h.cell_y + 1
    AND s.arrive_ts >= h.occurred_from AND s.arrive_ts < h.occurred_to + 1 AND s.stop_min >= $hidden_stop_minutes
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.haz_waybill', w._file, w._row, 'waybill'
FROM {{hits}} AS h
JOIN marts.fuel_stop AS s
    ON s.cell_x BETWEEN h.cell_x - 1 AND h.cell_x + 1 AND s.cell_y BETWEEN h.cell_y - 1 AND h.cell_y + 1
    AND s.arrive_ts >= h.occurred_from AND s.arrive_ts < h.occurred_to + 1 AND s.stop_min >= $hidden_stop_minutes
JOIN fuel.haz_waybill AS w ON w.plate = s.plate AND w.load_ts <= s.arrive_ts
WHERE w.status <> '作废' AND (w.unload_ts IS NULL OR w.unload_ts >= s.arrive_ts)
UNION ALL
SELECT h.hit_id, 'fuel.known_stop', k._file, k._row, 'place'
FROM {{hits}} AS h
JOIN fuel.known_stop AS k ON k.stop_no = h.place_no

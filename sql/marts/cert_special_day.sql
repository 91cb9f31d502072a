-- name: cert_special_day
-- title: 特种作业人员逐日考勤
-- grain: one row per attendance row of a worker who is on the roster for a special trade or did one that day
-- inputs: cert.attendance, cert.trade_category, marts.cert_worker
-- materialise: view
-- trade is the special trade done that day, or the one of the roster where the log of the day names another job;
-- is_labour tells the two apart. Without an entry in the log the day's trade is that of the roster.
WITH special AS (
    SELECT DISTINCT trade
    FROM cert.trade_category
)
SELECT
    a.worker_id, w.person_id, w.id_type, w.site_region, a.day,
    coalesce(t.trade, s.trade) AS trade,
    t.trade IS NULL AS is_labour,
    'cert.attendance' AS source_dataset, a._file, a._row
FROM cert.attendance AS a
JOIN marts.cert_worker AS w ON w.worker_id = a.worker_id
LEFT JOIN special AS s ON s.trade = w.trade
LEFT JOIN special AS t ON t.trade = coalesce(a.day_trade, w.trade)
WHERE t.trade IS NOT NULL OR s.trade IS NOT NULL

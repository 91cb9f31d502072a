-- name: subject_station
-- title: 站点主题
-- grain: one row per station
-- inputs: toy.station
-- materialise: delta
SELECT station_id, min(name) AS name, min(region_code) AS region_code
FROM toy.station
GROUP BY station_id

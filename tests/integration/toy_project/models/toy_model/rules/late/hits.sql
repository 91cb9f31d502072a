-- Finds stations with readings in a month without a declaration.
SELECT
    r.station_id AS subject_id,
    CAST(date_trunc('month', r.read_date) AS DATE) AS occurred_from,
    max(r.read_date) AS occurred_to,
    CAST(round(sum(r.litres) * $price, 2) AS DECIMAL(18, 2)) AS amount,
    CASE WHEN sum(r.litres) <= $tiny_litres THEN 'TINY' END AS exclusion_code,
    sum(r.litres) AS read_l
FROM toy.reading AS r
WHERE NOT EXISTS (
    SELECT 1 FROM toy.declaration AS d
    WHERE d.station_id = r.station_id AND d.month_start = CAST(date_trunc('month', r.read_date) AS DATE)
)
GROUP BY r.station_id, CAST(date_trunc('month', r.read_date) AS DATE)

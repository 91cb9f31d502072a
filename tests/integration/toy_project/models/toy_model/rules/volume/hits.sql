-- Finds months in which the readings exceed the declaration.
-- Look-alikes: approved own use.
WITH readings AS (
    SELECT station_id, CAST(date_trunc('month', read_date) AS DATE) AS month_start, sum(litres) AS read_l
    FROM toy.reading
    GROUP BY station_id, CAST(date_trunc('month', read_date) AS DATE)
),
compared AS (
    SELECT
        r.station_id,
        r.month_start,
        r.read_l,
        d.litres AS declared_l,
        d.approval_no,
        r.read_l - coalesce(d.litres, 0) AS gap_l
    FROM readings AS r
    LEFT JOIN toy.declaration AS d ON d.station_id = r.station_id AND d.month_start = r.month_start
)
SELECT
    station_id AS subject_id,
    month_start AS occurred_from,
    CAST(month_start + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS occurred_to,
    CAST(round(gap_l * $price, 2) AS DECIMAL(18, 2)) AS amount,
    CASE WHEN approval_no IS NOT NULL THEN 'SELF_USE' WHEN declared_l = 0 THEN 'SMALL' END AS exclusion_code,
    month_start,
    gap_l,
    CAST(gap_l / read_l AS DECIMAL(18, 6)) AS gap_ratio,
    approval_no
FROM compared
WHERE gap_l > $gap_litres

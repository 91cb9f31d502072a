-- name: subject_region
-- title: 区划主题
-- grain: one row per current division code
-- inputs: ref.region
-- materialise: delta
-- Full names read from the province down, without the filler divisions (市辖区, 县) of the code list. Cities without
-- counties are listed twice under one code, as city and as their own county: the city stands.
WITH divisions AS (
    SELECT
        region_code,
        name,
        level,
        parent_code,
        row_number() OVER (PARTITION BY region_code ORDER BY level) AS place
    FROM ref.region
),
named AS (
    SELECT
        r.region_code,
        r.name,
        r.level,
        r.parent_code,
        c.name AS city_name,
        CASE WHEN r.level = 'county' THEN c.parent_code ELSE r.parent_code END AS province_code
    FROM divisions AS r
    LEFT JOIN divisions AS c ON r.level = 'county' AND c.region_code = r.parent_code AND c.place = 1
    WHERE r.place = 1
)
SELECT
    n.region_code,
    n.name,
    n.level,
    n.parent_code,
    CASE
        WHEN n.level = 'province' THEN n.name
        WHEN n.level = 'city' THEN coalesce(p.name, '') || n.name
        WHEN n.city_name IN ('市辖区', '县') THEN coalesce(p.name, '') || n.name
        ELSE coalesce(p.name, '') || coalesce(n.city_name, '') || n.name
    END AS full_name
FROM named AS n
LEFT JOIN divisions AS p ON p.region_code = n.province_code AND p.place = 1

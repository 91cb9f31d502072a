-- 疑似黑加油点：罐车在加油站、油库以外的同一地点反复长时间停靠。按网格、季度。
-- 网格约二百米见方，停靠连同周围八格一起数，只取停靠最多的那一格，一个地点不会报几次。
-- 已检验的合理解释：报备的用油企业、停车场等报备停靠点、同日拥堵。
WITH offset_of AS (
    SELECT x.d AS dx, y.d AS dy
    FROM (VALUES (-1), (0), (1)) AS x (d)
    CROSS JOIN (VALUES (-1), (0), (1)) AS y (d)
),
place AS (
    SELECT
        CAST(floor(CAST(lon AS DECIMAL(18, 6)) * 500) AS BIGINT) AS cell_x,  -- literal: 每度网格数，与停车点主题一致
        CAST(floor(CAST(lat AS DECIMAL(18, 6)) * 500) AS BIGINT) AS cell_y,  -- literal: 每度网格数，与停车点主题一致
        '加油站' AS kind, station_id AS place_no, CAST(NULL AS VARCHAR) AS place_name, CAST(NULL AS VARCHAR) AS filing_no,
        CAST(NULL AS DATE) AS valid_from, CAST(NULL AS DATE) AS valid_to
    FROM fuel.gas_station
    UNION ALL
    SELECT
        CAST(floor(CAST(lon AS DECIMAL(18, 6)) * 500) AS BIGINT),  -- literal: 每度网格数，与停车点主题一致
        CAST(floor(CAST(lat AS DECIMAL(18, 6)) * 500) AS BIGINT),  -- literal: 每度网格数，与停车点主题一致
        kind, stop_no, stop_name, filing_no, valid_from, valid_to
    FROM fuel.known_stop
),
reach AS (
    SELECT p.cell_x + o.dx AS cell_x, p.cell_y + o.dy AS cell_y, p.kind, p.place_no, p.place_name, p.filing_no, p.valid_from, p.valid_to
    FROM place AS p
    CROSS JOIN offset_of AS o
),
stop AS (
    SELECT
        s.plate, s.arrive_ts, s.stop_min, s.cell_x, s.cell_y, s.cell_id,
        CAST(date_trunc('quarter', s.arrive_ts) AS DATE) AS quarter_start, CAST(s.arrive_ts AS DATE) AS stop_day
    FROM marts.fuel_stop AS s
    WHERE s.stop_min >= $hidden_stop_minutes
        AND NOT EXISTS (SELECT 1 FROM reach AS r WHERE r.kind IN ('加油站', '油库') AND r.cell_x = s.cell_x AND r.cell_y = s.cell_y)
),
laden AS (
    SELECT DISTINCT s.plate, s.arrive_ts
    FROM stop AS s
    JOIN fuel.haz_waybill AS w ON w.plate = s.plate AND w.load_ts <= s.arrive_ts
    WHERE w.status <> '作废' AND (w.unload_ts IS NULL OR w.unload_ts >= s.arrive_ts)
),
cell AS (
    SELECT
        cell_x, cell_y, cell_id, quarter_start,
        row_number() OVER (PARTITION BY quarter_start ORDER BY count(*) DESC, cell_x, cell_y) AS place_rank  -- unique: 一季一格一行
    FROM stop
    GROUP BY cell_x, cell_y, cell_id, quarter_start
),
best AS (
    SELECT c.cell_x, c.cell_y, c.cell_id, c.quarter_start
    FROM cell AS c
    CROSS JOIN offset_of AS o
    JOIN cell AS n ON n.cell_x = c.cell_x + o.dx AND n.cell_y = c.cell_y + o.dy AND n.quarter_start = c.quarter_start
    GROUP BY c.cell_x, c.cell_y, c.cell_id, c.quarter_start, c.place_rank
    HAVING min(n.place_rank) = c.place_rank
),
spot AS (
    SELECT
        b.cell_x, b.cell_y, b.cell_id, b.quarter_start,
        count(*) AS stop_count, count(DISTINCT s.plate) AS plate_count, count(DISTINCT s.stop_day) AS day_count,
        count(l.plate) AS loaded_count, max(s.stop_min) AS longest_min, min(s.stop_day) AS first_day, max(s.stop_day) AS last_day
    FROM best AS b
    CROSS JOIN offset_of AS o
    JOIN stop AS s ON s.cell_x = b.cell_x + o.dx AND s.cell_y = b.cell_y + o.dy AND s.quarter_start = b.quarter_start
    LEFT JOIN laden AS l ON l.plate = s.plate AND l.arrive_ts = s.arrive_ts
    GROUP BY b.cell_x, b.cell_y, b.cell_id, b.quarter_start
    HAVING count(*) >= $hidden_stop_times
),
near_place AS (
    SELECT p.cell_x, p.cell_y, p.quarter_start, r.kind, r.place_no, r.place_name, r.filing_no
    FROM spot AS p
    JOIN reach AS r ON r.cell_x = p.cell_x AND r.cell_y = p.cell_y
    WHERE r.valid_from <= p.first_day AND coalesce(r.valid_to, p.last_day) >= p.last_day
    QUALIFY row_number() OVER (  -- unique: 编号在册内唯一
        PARTITION BY p.cell_x, p.cell_y, p.quarter_start
        ORDER BY CASE WHEN r.kind <> '用油企业' THEN 1 ELSE 0 END, r.place_no
    ) = 1
)
SELECT
    p.cell_id AS subject_id,
    p.first_day AS occurred_from,
    p.last_day AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN n.kind = '用油企业' THEN 'CUSTOMER_SITE'
        WHEN n.kind IS NOT NULL THEN 'KNOWN_PLACE'
        WHEN p.day_count = 1 THEN 'SINGLE_DAY'
    END AS exclusion_code,
    p.quarter_start,
    p.cell_x,
    p.cell_y,
    CAST(p.stop_count AS INTEGER) AS stop_count,
    CAST(p.plate_count AS INTEGER) AS plate_count,
    CAST(p.day_count AS INTEGER) AS day_count,
    CAST(p.loaded_count AS INTEGER) AS loaded_count,
    p.longest_min,
    coalesce(n.place_name, '没有') AS place_name,
    n.place_no,
    n.filing_no
FROM spot AS p
LEFT JOIN near_place AS n ON n.cell_x = p.cell_x AND n.cell_y = p.cell_y AND n.quarter_start = p.quarter_start

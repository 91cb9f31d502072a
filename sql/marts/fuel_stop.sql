-- name: fuel_stop
-- title: 罐车停车点网格
-- grain: one row per stop of a tanker
-- inputs: fuel.veh_track, fuel.gas_station
-- materialise: delta
-- Cells of 0.002 degrees each way, about 200 metres: whole numbers from decimals, the same on every engine.
-- region_code is that of the first station within the same tenth of a degree.
WITH stop AS (
    SELECT
        plate, arrive_ts, stop_min,
        CAST(floor(CAST(lon AS DECIMAL(18, 6)) * 500) AS BIGINT) AS cell_x, -- literal: cells per degree
        CAST(floor(CAST(lat AS DECIMAL(18, 6)) * 500) AS BIGINT) AS cell_y, -- literal: cells per degree
        CAST(floor(CAST(lon AS DECIMAL(18, 6)) * 10) AS BIGINT) AS wide_x, -- literal: tenths of a degree
        CAST(floor(CAST(lat AS DECIMAL(18, 6)) * 10) AS BIGINT) AS wide_y, -- literal: tenths of a degree
        _file, _row
    FROM fuel.veh_track
),
station AS (
    SELECT
        CAST(floor(CAST(lon AS DECIMAL(18, 6)) * 10) AS BIGINT) AS wide_x, -- literal: tenths of a degree
        CAST(floor(CAST(lat AS DECIMAL(18, 6)) * 10) AS BIGINT) AS wide_y, -- literal: tenths of a degree
        region_code
    FROM fuel.gas_station
    WHERE lon IS NOT NULL
),
area AS (
    SELECT wide_x, wide_y, min(region_code) AS region_code
    FROM station
    GROUP BY wide_x, wide_y
)
SELECT
    s.plate, s.arrive_ts, s.stop_min, s.cell_x, s.cell_y,
    'G' || CAST(s.cell_x AS VARCHAR) || '-' || CAST(s.cell_y AS VARCHAR) AS cell_id,
    '东经' || CAST(CAST((s.cell_x * 2 + 1) * 0.001 AS DECIMAL(9, 3)) AS VARCHAR) || '度北纬' -- literal: middle of a cell
    || CAST(CAST((s.cell_y * 2 + 1) * 0.001 AS DECIMAL(9, 3)) AS VARCHAR) || '度一带' AS cell_name, -- literal: middle of a cell
    a.region_code,
    'fuel.veh_track' AS source_dataset, s._file, s._row
FROM stop AS s
LEFT JOIN area AS a ON a.wide_x = s.wide_x AND a.wide_y = s.wide_y

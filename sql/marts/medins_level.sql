-- name: medins_level
-- title: 定点医疗机构各日等级
-- grain: one row per institution and span of days with one grade; spans of an institution never overlap
-- inputs: medins.fixmedins_level
-- materialise: view
-- A change is often entered with the old grade ending on the day the new one begins: the new one holds on that day.
SELECT
    fixmedins_code,
    hosp_lv,
    valid_from,
    least(
        valid_to,
        lead(valid_from) OVER (PARTITION BY fixmedins_code ORDER BY valid_from) - 1 -- unique: the key of the table
    ) AS valid_to
FROM medins.fixmedins_level

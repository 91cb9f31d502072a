-- name: working_day
-- title: 工作日历
-- grain: one row per calendar day that the holiday notices cover
-- inputs: ref.calendar_day
-- materialise: delta
-- next_workday is the day itself or the first working day after it: where a period that ends on that day really ends.
-- workday_no counts working days up to and including the day, so differences are working days between two days.
SELECT
    day,
    is_workday,
    sum(CASE WHEN is_workday THEN 1 ELSE 0 END) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS workday_no,
    min(CASE WHEN is_workday THEN day END) OVER (ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_workday
FROM ref.calendar_day

-- name: briber_limitation
-- title: 行贿追诉期限
-- grain: one row per payer and version of the law in force at the last act or later
-- inputs: marts.briber_total, marts.briber_record, ref.bribery_band
-- materialise: delta
-- 刑法 87, 89: years of the highest band the sum reaches under that version, from the last act, and from a new crime
-- committed before they had run. Which versions count (从旧兼从轻) is the reader's choice; the bands are reference data.
WITH facts AS (
    SELECT
        t.subject_id, t.briber_kind, t.bribe_yuan, t.last_date, t.receiver_count, r.new_crime_date,
        t.has_illegal_source OR t.has_promotion OR t.has_supervision OR t.has_judicial AS is_aggravated
    FROM marts.briber_total AS t
    JOIN marts.briber_record AS r ON r.subject_id = t.subject_id
),
starts AS (
    SELECT f.subject_id, max(b.valid_from) AS start_date
    FROM facts AS f
    JOIN ref.bribery_band AS b ON b.briber_kind = f.briber_kind AND b.valid_from <= f.last_date
    GROUP BY f.subject_id
),
years AS (
    SELECT f.subject_id, b.valid_from, f.last_date, f.new_crime_date, max(b.limit_years) AS limit_years
    FROM facts AS f
    JOIN starts AS s ON s.subject_id = f.subject_id
    JOIN ref.bribery_band AS b ON b.briber_kind = f.briber_kind AND b.valid_from >= s.start_date
    WHERE
        f.bribe_yuan >= b.min_yuan
        OR (f.bribe_yuan >= b.aggravated_min_yuan AND (f.is_aggravated OR f.receiver_count >= b.aggravated_receivers))
    GROUP BY f.subject_id, b.valid_from, f.last_date, f.new_crime_date
),
ends AS (
    SELECT
        subject_id, valid_from, new_crime_date, limit_years,
        CAST(last_date + INTERVAL (limit_years) YEAR AS DATE) AS plain_end
    FROM years
)
SELECT
    subject_id,
    valid_from,
    limit_years,
    plain_end,
    CASE
        WHEN new_crime_date <= plain_end THEN CAST(new_crime_date + INTERVAL (limit_years) YEAR AS DATE)
        ELSE plain_end
    END AS limit_end
FROM ends

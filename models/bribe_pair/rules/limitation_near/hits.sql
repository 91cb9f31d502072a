-- Z6 追诉期限将满：没有处理的行贿人，按新旧法较轻的算，追诉期限在一年以内届满。
-- Look-alikes named: dealt with, filed and fled (no limit), restarted by a new crime, run out under the lighter law.
WITH limits AS (
    SELECT subject_id, min(plain_end) AS plain_end, min(limit_end) AS limit_end, min(limit_years) AS limit_years
    FROM marts.briber_limitation
    WHERE valid_from <= $as_of
    GROUP BY subject_id
),
horizon AS (
    SELECT
        subject_id, plain_end, limit_end, limit_years,
        CAST($as_of + INTERVAL ($warn_days) DAY AS DATE) AS warn_until
    FROM limits
)
SELECT
    t.subject_id,
    t.first_date AS occurred_from,
    t.last_date AS occurred_to,
    CAST(t.bribe_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN r.handled_kind IS NOT NULL THEN 'HANDLED'
        WHEN r.fled_no IS NOT NULL THEN 'FILED_AND_FLED'
        WHEN h.limit_end > h.warn_until THEN 'RESTARTED'
        WHEN h.limit_end < $as_of THEN 'TIME_BARRED'
    END AS exclusion_code,
    h.limit_years,
    h.plain_end,
    h.limit_end,
    r.new_crime_date,
    r.fled_no,
    r.handled_kind,
    r.handled_no,
    r.death_date
FROM marts.briber_total AS t
JOIN marts.briber_record AS r ON r.subject_id = t.subject_id
JOIN horizon AS h ON h.subject_id = t.subject_id
WHERE t.briber_kind = '个人' AND t.bribe_yuan >= $charge_from_yuan AND h.plain_end <= h.warn_until

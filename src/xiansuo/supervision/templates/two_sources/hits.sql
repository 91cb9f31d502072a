-- Finds months in which another source (__observed__) shows more than the subject states (__stated__).
-- Look-alikes: the month is assessed otherwise (__excuse__). A month without any statement counts as zero.
WITH stated AS (
    SELECT
        __stated_subject__ AS subject_id,
        CAST(date_trunc('month', __stated_day__) AS DATE) AS month_start,
        sum(__stated_amount__) AS stated_yuan
    FROM __stated__
    GROUP BY __stated_subject__, CAST(date_trunc('month', __stated_day__) AS DATE)
),
observed AS (
    SELECT
        __observed_subject__ AS subject_id,
        CAST(date_trunc('month', __observed_day__) AS DATE) AS month_start,
        sum(__observed_amount__) AS observed_yuan
    FROM __observed__
    WHERE __observed_subject__ IS NOT NULL AND __observed_day__ IS NOT NULL
    GROUP BY __observed_subject__, CAST(date_trunc('month', __observed_day__) AS DATE)
),
compared AS (
    SELECT
        o.subject_id, o.month_start, o.observed_yuan,
        coalesce(s.stated_yuan, 0) AS stated_yuan,
        o.observed_yuan - coalesce(s.stated_yuan, 0) AS gap_yuan
    FROM observed AS o
    LEFT JOIN stated AS s ON s.subject_id = o.subject_id AND s.month_start = o.month_start
),
assessed AS (
    SELECT c.subject_id, c.month_start, min(CAST(x.__excuse_start__ AS DATE)) AS assessed_from
    FROM compared AS c
    JOIN __excuse__ AS x ON x.__excuse_subject__ = c.subject_id
    WHERE c.month_start BETWEEN CAST(x.__excuse_start__ AS DATE) AND coalesce(CAST(x.__excuse_end__ AS DATE), $as_of)
    GROUP BY c.subject_id, c.month_start
)
SELECT
    c.subject_id,
    c.month_start AS occurred_from,
    CAST(c.month_start + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS occurred_to,
    CAST(round(c.gap_yuan, 2) AS DECIMAL(18, 2)) AS amount,
    CASE WHEN x.assessed_from IS NOT NULL THEN 'ASSESSED' END AS exclusion_code,
    month_start,
    CAST(round(c.stated_yuan, 2) AS DECIMAL(18, 2)) AS stated_yuan,
    CAST(round(c.observed_yuan, 2) AS DECIMAL(18, 2)) AS observed_yuan,
    x.assessed_from
FROM compared AS c
LEFT JOIN assessed AS x USING (subject_id, month_start)
WHERE c.gap_yuan > $__rule_id___gap_yuan

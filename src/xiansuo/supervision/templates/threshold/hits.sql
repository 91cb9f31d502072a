-- Finds subjects whose payments (__payment__) of one month add up to more than the parameter.
-- Look-alikes: the amount was registered beforehand (__excuse__) in the same month.
WITH months AS (
    SELECT
        __payment_subject__ AS subject_id,
        CAST(date_trunc('month', __payment_day__) AS DATE) AS month_start,
        min(CAST(__payment_day__ AS DATE)) AS first_day,
        max(CAST(__payment_day__ AS DATE)) AS last_day,
        count(DISTINCT __payment_key__) AS payment_count,
        sum(__payment_amount__) AS total_yuan
    FROM __payment__
    WHERE __payment_subject__ IS NOT NULL AND __payment_day__ IS NOT NULL
    GROUP BY __payment_subject__, CAST(date_trunc('month', __payment_day__) AS DATE)
),
registered AS (
    SELECT
        __excuse_subject__ AS subject_id,
        CAST(date_trunc('month', __excuse_day__) AS DATE) AS month_start,
        min(CAST(__excuse_day__ AS DATE)) AS registered_on
    FROM __excuse__
    GROUP BY __excuse_subject__, CAST(date_trunc('month', __excuse_day__) AS DATE)
)
SELECT
    m.subject_id,
    m.first_day AS occurred_from,
    m.last_day AS occurred_to,
    CAST(round(m.total_yuan, 2) AS DECIMAL(18, 2)) AS amount,
    CASE WHEN r.registered_on IS NOT NULL THEN 'REGISTERED' END AS exclusion_code,
    month_start,
    m.payment_count,
    CAST(round(m.total_yuan - $__rule_id___yuan, 2) AS DECIMAL(18, 2)) AS over_yuan,
    r.registered_on
FROM months AS m
LEFT JOIN registered AS r USING (subject_id, month_start)
WHERE m.total_yuan > $__rule_id___yuan

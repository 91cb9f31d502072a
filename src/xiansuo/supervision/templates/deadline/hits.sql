-- Finds duties (__duty__) done later than the grace days of the parameter, or not done yet.
-- Look-alikes: the subject could not act on the due day (__excuse__). An open end of that lasts until today's data.
WITH duties AS (
    SELECT
        __duty_key__ AS duty_no,
        __duty_subject__ AS subject_id,
        CAST(__duty_due__ AS DATE) AS due_on,
        min(CAST(__duty_done__ AS DATE)) AS done_on
    FROM __duty__
    WHERE __duty_subject__ IS NOT NULL AND __duty_due__ IS NOT NULL
    GROUP BY __duty_key__, __duty_subject__, CAST(__duty_due__ AS DATE)
),
late AS (
    SELECT
        duty_no, subject_id, due_on, done_on,
        datediff('day', due_on, coalesce(done_on, $as_of)) AS late_days
    FROM duties
),
prevented AS (
    SELECT l.duty_no, l.subject_id, l.due_on, min(CAST(x.__excuse_start__ AS DATE)) AS prevented_from
    FROM late AS l
    JOIN __excuse__ AS x ON x.__excuse_subject__ = l.subject_id
    WHERE l.due_on BETWEEN CAST(x.__excuse_start__ AS DATE) AND coalesce(CAST(x.__excuse_end__ AS DATE), $as_of)
    GROUP BY l.duty_no, l.subject_id, l.due_on
)
SELECT
    l.subject_id,
    l.due_on AS occurred_from,
    coalesce(l.done_on, $as_of) AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE WHEN p.prevented_from IS NOT NULL THEN 'PREVENTED' END AS exclusion_code,
    l.duty_no,
    due_on,
    l.done_on,
    l.late_days,
    p.prevented_from
FROM late AS l
LEFT JOIN prevented AS p USING (duty_no, subject_id, due_on)
WHERE l.late_days > $__rule_id___grace_days

-- Finds subjects with an event (__event__) that no record (__record__) follows within the days of the parameter.
-- Look-alikes: a document (__excuse__) of the same days excuses it. Events whose days are not over yet do not count.
WITH events AS (
    SELECT
        __event_key__ AS event_no,
        __event_subject__ AS subject_id,
        CAST(min(__event_day__) AS DATE) AS event_day
    FROM __event__
    WHERE __event_subject__ IS NOT NULL AND __event_day__ IS NOT NULL
    GROUP BY __event_key__, __event_subject__
),
recorded AS (
    SELECT DISTINCT e.event_no, e.subject_id
    FROM events AS e
    JOIN __record__ AS r ON r.__record_subject__ = e.subject_id
    WHERE datediff('day', e.event_day, CAST(r.__record_day__ AS DATE)) BETWEEN 0 AND $__rule_id___days
),
excused AS (
    SELECT e.event_no, e.subject_id, CAST(min(x.__excuse_day__) AS DATE) AS excused_on
    FROM events AS e
    JOIN __excuse__ AS x ON x.__excuse_subject__ = e.subject_id
    WHERE datediff('day', e.event_day, CAST(x.__excuse_day__ AS DATE)) BETWEEN 0 AND $__rule_id___days
    GROUP BY e.event_no, e.subject_id
)
SELECT
    e.subject_id,
    e.event_day AS occurred_from,
    e.event_day AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE WHEN x.excused_on IS NOT NULL THEN 'EXCUSED' END AS exclusion_code,
    e.event_no,
    $__rule_id___days AS waited_days,
    x.excused_on
FROM events AS e
LEFT JOIN recorded AS r ON r.event_no = e.event_no AND r.subject_id = e.subject_id
LEFT JOIN excused AS x ON x.event_no = e.event_no AND x.subject_id = e.subject_id
WHERE r.event_no IS NULL AND datediff('day', e.event_day, $as_of) > $__rule_id___days

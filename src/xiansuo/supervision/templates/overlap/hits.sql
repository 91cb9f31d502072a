-- Finds events (__event__) of a person on days on which the person was certainly elsewhere (__stay__).
-- Look-alikes: leave (__excuse__) was registered for the day. First and last days are left out by the parameter; an
-- open end lasts until today's data.
WITH stays AS (
    SELECT
        __stay_subject__ AS subject_id,
        CAST(__stay_start__ AS DATE) AS stay_from,
        coalesce(CAST(__stay_end__ AS DATE), $as_of) AS stay_to
    FROM __stay__
    WHERE __stay_subject__ IS NOT NULL AND __stay_start__ IS NOT NULL
),
events AS (
    SELECT
        __event_key__ AS event_no,
        __event_subject__ AS subject_id,
        CAST(__event_day__ AS DATE) AS event_day,
        sum(__event_amount__) AS amount
    FROM __event__
    WHERE __event_day__ IS NOT NULL
    GROUP BY __event_key__, __event_subject__, CAST(__event_day__ AS DATE)
),
conflicts AS (
    SELECT
        e.event_no, e.subject_id, e.event_day,
        max(e.amount) AS amount,
        min(s.stay_from) AS stay_from,
        max(s.stay_to) AS stay_to
    FROM events AS e
    JOIN stays AS s ON s.subject_id = e.subject_id
    WHERE datediff('day', s.stay_from, e.event_day) >= $__rule_id___edge_days
        AND datediff('day', e.event_day, s.stay_to) >= $__rule_id___edge_days
    GROUP BY e.event_no, e.subject_id, e.event_day
),
outside AS (
    SELECT c.event_no, c.subject_id, c.event_day, min(CAST(x.__excuse_start__ AS DATE)) AS outside_from
    FROM conflicts AS c
    JOIN __excuse__ AS x ON x.__excuse_subject__ = c.subject_id
    WHERE c.event_day BETWEEN CAST(x.__excuse_start__ AS DATE) AND CAST(x.__excuse_end__ AS DATE)
    GROUP BY c.event_no, c.subject_id, c.event_day
)
SELECT
    c.subject_id,
    c.event_day AS occurred_from,
    c.event_day AS occurred_to,
    CAST(round(c.amount, 2) AS DECIMAL(18, 2)) AS amount,
    CASE WHEN o.outside_from IS NOT NULL THEN 'OUTSIDE' END AS exclusion_code,
    c.event_no,
    c.stay_from,
    c.stay_to,
    o.outside_from
FROM conflicts AS c
LEFT JOIN outside AS o ON o.event_no = c.event_no AND o.subject_id = c.subject_id AND o.event_day = c.event_day

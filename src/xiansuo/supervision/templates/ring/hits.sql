-- Finds subjects that deal (__deal__) with others they hang together with through the same persons (__link__).
-- Look-alikes: a subject whose affiliation is registered (__excuse__) on the first of these days.
WITH subjects AS (
    SELECT DISTINCT __link_subject__ AS subject_id
    FROM __link__
),
members AS (
    SELECT s.subject_id, g.component
    FROM subjects AS s
    JOIN graphs.__rule_id___links AS g ON g.node = s.subject_id
),
rings AS (
    SELECT component, count(*) AS member_count
    FROM members
    GROUP BY component
    HAVING count(*) >= $__rule_id___members
),
totals AS (
    SELECT
        m.subject_id, m.component, r.member_count,
        min(CAST(d.__deal_day__ AS DATE)) AS first_day,
        max(CAST(d.__deal_day__ AS DATE)) AS last_day,
        count(DISTINCT d.__deal_key__) AS deal_count,
        sum(d.__deal_amount__) AS total_yuan
    FROM __deal__ AS d
    JOIN members AS m ON m.subject_id = d.__deal_subject__
    JOIN members AS p ON p.subject_id = d.__deal_partner__ AND p.component = m.component
    JOIN rings AS r ON r.component = m.component
    WHERE m.subject_id <> p.subject_id AND d.__deal_day__ IS NOT NULL
    GROUP BY m.subject_id, m.component, r.member_count
    HAVING sum(d.__deal_amount__) > $__rule_id___yuan
),
affiliated AS (
    SELECT t.subject_id, min(CAST(x.__excuse_start__ AS DATE)) AS affiliated_from
    FROM totals AS t
    JOIN __excuse__ AS x ON x.__excuse_subject__ = t.subject_id
    WHERE t.first_day BETWEEN CAST(x.__excuse_start__ AS DATE) AND coalesce(CAST(x.__excuse_end__ AS DATE), t.first_day)
    GROUP BY t.subject_id
)
SELECT
    t.subject_id,
    t.first_day AS occurred_from,
    t.last_day AS occurred_to,
    CAST(round(t.total_yuan, 2) AS DECIMAL(18, 2)) AS amount,
    CASE WHEN a.affiliated_from IS NOT NULL THEN 'AFFILIATED' END AS exclusion_code,
    t.component,
    t.member_count - 1 AS other_members,
    t.deal_count,
    a.affiliated_from
FROM totals AS t
LEFT JOIN affiliated AS a ON a.subject_id = t.subject_id

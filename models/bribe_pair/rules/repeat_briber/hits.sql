-- Z4 多案同一行贿人：同一人在两件以上受贿裁判里行贿，不论每次金额。
-- Look-alikes named: joint judgments of one case, bribes in fewer than two of them, dealt with, time run out.
WITH limits AS (
    SELECT subject_id, min(limit_end) AS limit_end
    FROM marts.briber_limitation
    WHERE valid_from <= $as_of
    GROUP BY subject_id
)
SELECT
    t.subject_id,
    t.first_date AS occurred_from,
    t.last_date AS occurred_to,
    CAST(t.bribe_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN t.group_count < $judgments_from THEN 'JOINT_CASE'
        WHEN t.bribe_group_count < $judgments_from THEN 'NOT_A_BRIBE'
        WHEN r.handled_kind IS NOT NULL OR r.fled_no IS NOT NULL THEN 'HANDLED'
        WHEN l.limit_end < $as_of THEN 'TIME_BARRED'
    END AS exclusion_code,
    t.judgment_count,
    t.group_count,
    t.bribe_group_count,
    t.receiver_count,
    coalesce(r.handled_kind, CASE WHEN r.fled_no IS NOT NULL THEN '立案后在逃' END) AS handled_kind,
    coalesce(r.handled_no, r.fled_no) AS handled_no,
    r.death_date,
    l.limit_end
FROM marts.briber_total AS t
JOIN marts.briber_record AS r ON r.subject_id = t.subject_id
LEFT JOIN limits AS l ON l.subject_id = t.subject_id
WHERE t.briber_kind = '个人' AND t.judgment_count >= $judgments_from

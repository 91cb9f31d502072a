-- Z3 单位行贿没有处理：裁判认定单位行贿金额合计达到二十万元，单位没有被立案，也没有移送。
-- Look-alikes named: told twice by joint judgments, not a bribe as found, dealt with, time run out.
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
        WHEN t.distinct_yuan < $unit_from_yuan THEN 'COUNTED_TWICE'
        WHEN t.bribe_yuan < $unit_from_yuan THEN 'NOT_A_BRIBE'
        WHEN r.handled_kind IS NOT NULL OR r.fled_no IS NOT NULL THEN 'HANDLED'
        WHEN l.limit_end < $as_of THEN 'TIME_BARRED'
    END AS exclusion_code,
    t.told_yuan,
    t.distinct_yuan,
    t.receiver_count,
    t.judgment_count,
    coalesce(r.handled_kind, CASE WHEN r.fled_no IS NOT NULL THEN '立案后在逃' END) AS handled_kind,
    coalesce(r.handled_no, r.fled_no) AS handled_no,
    r.death_date,
    l.limit_end
FROM marts.briber_total AS t
JOIN marts.briber_record AS r ON r.subject_id = t.subject_id
LEFT JOIN limits AS l ON l.subject_id = t.subject_id
WHERE t.briber_kind = '单位' AND t.told_yuan >= $unit_from_yuan

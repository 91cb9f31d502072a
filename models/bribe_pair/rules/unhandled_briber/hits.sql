-- Z1 行贿够立案标准而没有处理：裁判认定的行贿人金额合计达到三万元，没有刑事案件、没有监察机关受理。
-- Look-alikes named: a payment told twice by joint judgments, extortion without gain, courtesy or loan, a bribe passed
-- on for another, an id number of somebody else, every way of having been dealt with, death, time run out (Z6's sums).
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
        WHEN t.distinct_yuan < $charge_from_yuan THEN 'COUNTED_TWICE'
        WHEN t.distinct_yuan - t.extorted_yuan < $charge_from_yuan THEN 'EXTORTED'
        WHEN t.distinct_yuan - t.extorted_yuan - t.courtesy_yuan < $charge_from_yuan THEN 'COURTESY_OR_LOAN'
        WHEN t.bribe_yuan < $charge_from_yuan THEN 'GO_BETWEEN'
        WHEN t.register_name <> t.briber_name THEN 'NAMESAKE'
        WHEN r.charged_no IS NOT NULL THEN 'ALREADY_CHARGED'
        WHEN r.spared_no IS NOT NULL THEN 'NOT_PROSECUTED'
        WHEN r.separate_no IS NOT NULL THEN 'SEPARATE_CASE'
        WHEN r.fled_no IS NOT NULL THEN 'WANTED'
        WHEN r.discipline_no IS NOT NULL THEN 'WITH_DISCIPLINE'
        WHEN r.death_date IS NOT NULL THEN 'DECEASED'
        WHEN l.limit_end < $as_of THEN 'TIME_BARRED'
    END AS exclusion_code,
    t.briber_name,
    t.register_name,
    t.told_yuan,
    t.distinct_yuan,
    t.extorted_yuan,
    t.courtesy_yuan,
    t.judgment_count,
    t.receiver_count,
    r.charged_no,
    r.spared_no,
    r.separate_no,
    r.fled_no,
    r.discipline_no,
    r.death_date,
    l.limit_end
FROM marts.briber_total AS t
JOIN marts.briber_record AS r ON r.subject_id = t.subject_id
LEFT JOIN limits AS l ON l.subject_id = t.subject_id
WHERE t.briber_kind = '个人' AND t.told_yuan >= $charge_from_yuan

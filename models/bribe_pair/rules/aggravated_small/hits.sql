-- Z2 不足三万元而有加重情形：一万元以上不满三万元，向三人以上行贿、用违法所得、谋求提拔、涉监管或者司法、造成损失。
-- Look-alikes named: less than the floor without what is no bribe, dealt with, time run out.
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
        WHEN t.bribe_yuan < $aggravated_from_yuan THEN 'NOT_A_BRIBE'
        WHEN r.handled_kind IS NOT NULL OR r.fled_no IS NOT NULL THEN 'HANDLED'
        WHEN l.limit_end < $as_of THEN 'TIME_BARRED'
    END AS exclusion_code,
    t.told_yuan,
    t.receiver_count,
    t.loss_yuan,
    CASE
        WHEN t.receiver_count >= $receivers_from THEN '向三人以上行贿'
        WHEN t.has_illegal_source THEN '将违法所得用于行贿'
        WHEN t.has_promotion THEN '谋取职务提拔、调整'
        WHEN t.has_supervision THEN '向负有监管职责的工作人员行贿'
        WHEN t.has_judicial THEN '向司法工作人员行贿'
        ELSE '造成经济损失'
    END AS aggravation,
    coalesce(r.handled_kind, CASE WHEN r.fled_no IS NOT NULL THEN '立案后在逃' END) AS handled_kind,
    coalesce(r.handled_no, r.fled_no) AS handled_no,
    r.death_date,
    l.limit_end
FROM marts.briber_total AS t
JOIN marts.briber_record AS r ON r.subject_id = t.subject_id
LEFT JOIN limits AS l ON l.subject_id = t.subject_id
WHERE
    t.briber_kind = '个人'
    AND t.bribe_yuan < $charge_from_yuan
    AND t.told_yuan >= $aggravated_from_yuan
    AND (
        t.receiver_count >= $receivers_from
        OR t.has_illegal_source
        OR t.has_promotion
        OR t.has_supervision
        OR t.has_judicial
        OR t.loss_yuan >= $loss_from_yuan
    )

-- Z5 行贿前后中标：行贿人所在单位在行贿前后一百八十日内中了受贿人任职单位的标。一笔行贿、一个项目一行。
-- Look-alikes named: another unit bought, the official was not in that post, no bribe as found, dealt with.
SELECT
    a.uscc AS subject_id,
    least(p.from_date, a.awarded_on) AS occurred_from,
    greatest(p.to_date, a.awarded_on) AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN a.buyer_org <> p.office_org THEN 'OTHER_BUYER'
        WHEN a.awarded_on < p.post_from OR a.awarded_on > p.post_to THEN 'NOT_IN_POST'
        WHEN NOT p.is_bribe THEN 'NOT_A_BRIBE'
        WHEN r.handled_kind IS NOT NULL OR r.fled_no IS NOT NULL THEN 'HANDLED'
    END AS exclusion_code,
    p.mention_no,
    p.subject_id AS payer_id,
    p.briber_name,
    p.amount_yuan AS paid_yuan,
    p.from_date AS paid_from,
    p.office_org,
    p.official_name,
    p.nature,
    p.post_from,
    p.post_to,
    a.award_no,
    a.buyer_org,
    a.amount_yuan AS award_yuan,
    a.awarded_on,
    coalesce(r.handled_kind, CASE WHEN r.fled_no IS NOT NULL THEN '立案后在逃' END) AS handled_kind,
    coalesce(r.handled_no, r.fled_no) AS handled_no
FROM marts.briber_payment AS p
JOIN entity.public_award AS a
    ON a.uscc = p.uscc
    AND a.awarded_on BETWEEN CAST(p.from_date - INTERVAL ($near_days) DAY AS DATE)
    AND CAST(p.to_date + INTERVAL ($near_days) DAY AS DATE)
JOIN marts.briber_record AS r ON r.subject_id = p.subject_id
WHERE NOT p.is_repeat

-- R2 检察意见逾期没有回复：以文书载明的回复期限为准，没有载明的从签收之日起算默认天数。
-- Look-alikes named: opinion withdrawn in time, extension agreed, ninety days since the agency opened its case not over,
-- the decision under review, rolled last day. An opinion nobody signed for has no clock yet.
WITH timed AS (
    SELECT
        doc_no, np_no, to_org_name, signed_date, org_filed_date, extension_no, extended_due, withdrawn_date, reply_date,
        coalesce(reply_due, CAST(signed_date + $default_reply_days AS DATE)) AS due_date,
        coalesce(reply_date, $as_of) AS end_date,
        CAST(org_filed_date + $penalty_days AS DATE) AS penalty_due
    FROM justice.opinion
    WHERE signed_date IS NOT NULL
),
paused AS (
    SELECT DISTINCT t.doc_no
    FROM timed AS t
    JOIN justice.appeal AS a ON a.np_no = t.np_no
    WHERE a.filed_date <= t.due_date AND coalesce(a.closed_date, t.end_date) >= t.end_date
)
SELECT
    n.id_no AS subject_id,
    t.signed_date AS occurred_from,
    t.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN t.withdrawn_date <= t.due_date THEN 'WITHDRAWN'
        WHEN t.extension_no IS NOT NULL AND t.end_date <= t.extended_due THEN 'EXTENDED'
        WHEN t.org_filed_date <= t.due_date AND t.end_date <= t.penalty_due THEN 'PENALTY_CLOCK'
        WHEN p.doc_no IS NOT NULL THEN 'SUSPENDED'
        WHEN t.end_date <= w.next_workday THEN 'HOLIDAY_ROLL'
    END AS exclusion_code,
    t.doc_no AS opinion_no,
    t.np_no,
    n.charge,
    t.to_org_name,
    t.signed_date,
    t.due_date,
    datediff('day', t.due_date, t.end_date) AS days_over,
    CASE WHEN t.reply_date IS NULL THEN '至今没有回复' ELSE '回复时已经超期' END AS state,
    t.withdrawn_date,
    t.extension_no,
    t.extended_due,
    t.org_filed_date
FROM timed AS t
JOIN justice.non_prosecution AS n ON n.np_no = t.np_no
LEFT JOIN paused AS p ON p.doc_no = t.doc_no
LEFT JOIN marts.working_day AS w ON w.day = t.due_date
WHERE t.end_date > t.due_date

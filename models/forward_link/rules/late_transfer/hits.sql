-- G3 移送决定或送达超期：自报告之日起超过三日才批准，或者批准后超过二十四小时才送到公安机关。
-- Look-alikes named: delivered in time but refused by the police (with their written refusal), last day no working day.
-- Outside the days the working calendar knows nothing is rolled forward.
WITH dated AS (
    SELECT
        transfer_no, org_name, party_id, party_name, charge, reported_date, first_attempt_ts, refusal_no, police_org,
        CAST(approved_ts AS DATE) AS approved_date,
        CAST(sent_ts AS DATE) AS sent_date,
        CAST(reported_date + $decide_days AS DATE) AS decide_due,
        CAST(CAST(approved_ts AS DATE) + 1 AS DATE) AS send_due,
        datediff('minute', approved_ts, sent_ts) AS send_minutes,
        datediff('minute', approved_ts, first_attempt_ts) AS attempt_minutes
    FROM admin.transfer
),
judged AS (
    SELECT
        d.transfer_no, d.org_name, d.party_id, d.party_name, d.charge, d.reported_date, d.first_attempt_ts, d.refusal_no,
        d.police_org, d.approved_date, d.sent_date, d.decide_due, d.send_minutes,
        CASE WHEN d.approved_date > d.decide_due THEN 1 END AS is_decided_late,
        CASE WHEN d.approved_date > coalesce(w.next_workday, d.decide_due) THEN 1 END AS is_decided_late_rolled,
        CASE WHEN d.send_minutes > $send_minutes THEN 1 END AS is_sent_late,
        CASE WHEN n.next_workday > d.send_due AND d.sent_date <= n.next_workday THEN 1 ELSE 0 END AS is_sent_rolled,
        CASE WHEN d.refusal_no IS NOT NULL AND d.attempt_minutes <= $send_minutes THEN 1 ELSE 0 END AS is_refused
    FROM dated AS d
    LEFT JOIN marts.working_day AS w ON w.day = d.decide_due
    LEFT JOIN marts.working_day AS n ON n.day = d.send_due
)
SELECT
    party_id AS subject_id,
    reported_date AS occurred_from,
    sent_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN is_decided_late_rolled = 1 OR (is_sent_late = 1 AND is_sent_rolled = 0 AND is_refused = 0) THEN NULL
        WHEN is_sent_late = 1 AND is_refused = 1 THEN 'REFUSED_BY_POLICE'
        ELSE 'HOLIDAY_ROLL'
    END AS exclusion_code,
    transfer_no,
    org_name,
    party_name,
    charge,
    reported_date,
    approved_date,
    decide_due,
    sent_date,
    send_minutes,
    police_org,
    refusal_no,
    first_attempt_ts,
    CASE
        WHEN is_decided_late = 1 AND is_sent_late = 1 THEN '批准和送达都超期'
        WHEN is_decided_late = 1 THEN '批准超期'
        ELSE '送达超期'
    END AS breach
FROM judged
WHERE is_decided_late = 1 OR is_sent_late = 1

-- G5 没有抄送检察机关：移送、不立案、撤案三个环节，每个环节各算一次。
-- Look-alikes named: copied through the shared platform, transfer withdrawn in time, rolled last day.
WITH events AS (
    SELECT
        t.transfer_no, CAST(NULL AS VARCHAR) AS receipt_no, t.party_id, t.party_name, t.charge, t.org_name AS answerable,
        '移送' AS stage, CAST(t.sent_ts AS DATE) AS event_date, t.cc_date AS copied_date, t.cc_platform_no AS platform_no,
        t.withdrawn_date
    FROM admin.transfer AS t
    UNION ALL
    SELECT
        t.transfer_no, r.receipt_no, t.party_id, t.party_name, t.charge, r.police_org,
        '不立案', r.decision_date, r.cc_date, r.cc_platform_no, CAST(NULL AS DATE)
    FROM police.transfer_receipt AS r
    JOIN admin.transfer AS t ON t.transfer_no = r.transfer_no
    WHERE r.decision = '不立案'
    UNION ALL
    SELECT
        t.transfer_no, r.receipt_no, t.party_id, t.party_name, t.charge, r.police_org,
        '撤案', r.withdrawn_date, r.withdrawal_cc_date, r.withdrawal_cc_no, CAST(NULL AS DATE)
    FROM police.transfer_receipt AS r
    JOIN admin.transfer AS t ON t.transfer_no = r.transfer_no
    WHERE r.withdrawn_date IS NOT NULL
),
due AS (
    SELECT
        transfer_no, receipt_no, party_id, party_name, charge, answerable, stage, event_date, copied_date, platform_no,
        withdrawn_date, CAST(event_date + $copy_days AS DATE) AS due_date
    FROM events
)
SELECT
    d.party_id AS subject_id,
    d.event_date AS occurred_from,
    d.event_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN d.platform_no IS NOT NULL THEN 'SHARED_PLATFORM'
        WHEN d.withdrawn_date <= d.due_date THEN 'TRANSFER_WITHDRAWN'
        WHEN coalesce(d.copied_date, $as_of) <= w.next_workday THEN 'HOLIDAY_ROLL'
    END AS exclusion_code,
    d.transfer_no,
    d.receipt_no,
    d.party_name,
    d.charge,
    d.answerable,
    d.stage,
    d.event_date,
    d.due_date,
    d.copied_date,
    d.platform_no,
    d.withdrawn_date,
    CASE WHEN d.copied_date IS NULL THEN '至今没有抄送' ELSE '抄送时已经超期' END AS state
FROM due AS d
LEFT JOIN marts.working_day AS w ON w.day = d.due_date
WHERE coalesce(d.copied_date, $as_of) > d.due_date

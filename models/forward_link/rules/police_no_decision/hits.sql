-- G4 公安机关超期不作决定：接受移送以后超过三日没有决定，或者决定时已经超期。
-- Look-alikes named: transfer withdrawn in time, extension approved, time for supplementing material, rolled last day.
WITH dated AS (
    SELECT
        r.receipt_no, r.transfer_no, r.police_org, r.received_date, r.decision_date, r.extension_no, r.extended_to,
        r.supplement_no, r.supplement_from, t.org_name, t.party_id, t.party_name, t.charge, t.withdrawn_date,
        coalesce(r.decision_date, $as_of) AS end_date,
        CAST(r.received_date + $examine_days AS DATE) AS due_date,
        CAST(datediff('day', r.supplement_from, r.supplement_to) AS INTEGER) AS supplement_days
    FROM police.transfer_receipt AS r
    JOIN admin.transfer AS t ON t.transfer_no = r.transfer_no
),
late AS (
    SELECT
        d.receipt_no, d.transfer_no, d.police_org, d.received_date, d.decision_date, d.extension_no, d.extended_to,
        d.supplement_no, d.org_name, d.party_id, d.party_name, d.charge, d.withdrawn_date, d.end_date, d.due_date,
        CASE
            WHEN d.supplement_no IS NOT NULL AND d.supplement_from <= d.due_date THEN coalesce(CAST(d.due_date + d.supplement_days AS DATE), d.end_date)
        END AS supplement_due
    FROM dated AS d
    WHERE d.end_date > d.due_date
)
SELECT
    l.party_id AS subject_id,
    l.received_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN l.withdrawn_date <= l.due_date THEN 'TRANSFER_WITHDRAWN'
        WHEN l.extension_no IS NOT NULL AND l.end_date <= l.extended_to THEN 'EXTENDED'
        WHEN l.end_date <= coalesce(s.next_workday, l.supplement_due) THEN 'SUPPLEMENT'
        WHEN l.end_date <= w.next_workday THEN 'HOLIDAY_ROLL'
    END AS exclusion_code,
    l.receipt_no,
    l.transfer_no,
    l.police_org,
    l.org_name,
    l.party_name,
    l.charge,
    l.received_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    CASE WHEN l.decision_date IS NULL THEN '至今没有决定' ELSE '决定作出时已经超期' END AS state,
    l.withdrawn_date,
    l.extension_no,
    l.extended_to,
    l.supplement_no
FROM late AS l
LEFT JOIN marts.working_day AS w ON w.day = l.due_date
LEFT JOIN marts.working_day AS s ON s.day = l.supplement_due

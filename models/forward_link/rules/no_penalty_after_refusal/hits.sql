-- G6 不立案以后没有处罚：公安机关不立案，行政机关超过九十日没有处罚，或者处罚时已经超期。
-- Look-alikes named: the refusal under review, punished before the transfer or under a merged case, decided not to
-- punish, time extended, rolled last day.
WITH refused AS (
    SELECT
        r.receipt_no, r.transfer_no, r.police_org, r.decision_date, r.review_filed_date, r.review_decided_date,
        t.case_no, t.org_name, t.party_id, t.party_name, t.charge
    FROM police.transfer_receipt AS r
    JOIN admin.transfer AS t ON t.transfer_no = r.transfer_no
    WHERE r.decision = '不立案'
),
punished AS (
    SELECT f.receipt_no, min(p.decision_date) AS penalty_date, min(p.doc_no) AS penalty_no
    FROM refused AS f
    JOIN admin.penalty AS p ON p.case_no = f.case_no AND p.party_id = f.party_id
    GROUP BY f.receipt_no
),
merged AS (
    SELECT f.receipt_no, min(p.doc_no) AS merged_penalty_no
    FROM refused AS f
    JOIN admin.transfer_item AS i ON i.transfer_no = f.transfer_no
    JOIN admin.penalty AS p ON p.doc_no = i.doc_no AND p.party_id = f.party_id
    GROUP BY f.receipt_no
),
unpunished AS (
    SELECT case_no, party_id, min(decision_no) AS no_penalty_no
    FROM admin.no_penalty
    GROUP BY case_no, party_id
),
extended AS (
    SELECT case_no, max(extended_to) AS extended_to
    FROM admin.case_extension
    GROUP BY case_no
),
dated AS (
    SELECT
        f.receipt_no, f.transfer_no, f.police_org, f.decision_date, f.review_filed_date, f.review_decided_date,
        f.case_no, f.org_name, f.party_id, f.party_name, f.charge, p.penalty_no, p.penalty_date,
        CASE WHEN p.penalty_date >= f.decision_date THEN p.penalty_date ELSE $as_of END AS end_date,
        CAST(f.decision_date + $penalty_days AS DATE) AS due_date,
        CAST(f.review_decided_date + $penalty_days AS DATE) AS review_due
    FROM refused AS f
    LEFT JOIN punished AS p ON p.receipt_no = f.receipt_no
)
SELECT
    d.party_id AS subject_id,
    d.decision_date AS occurred_from,
    d.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN d.review_filed_date <= d.due_date AND d.end_date <= coalesce(d.review_due, d.end_date) THEN 'REVIEW_PENDING'
        WHEN d.penalty_date < d.decision_date THEN 'PENALISED_BEFORE'
        WHEN m.merged_penalty_no IS NOT NULL THEN 'PENALISED_UNDER_MERGED_CASE'
        WHEN u.no_penalty_no IS NOT NULL THEN 'NO_PENALTY_DECISION'
        WHEN d.end_date <= e.extended_to THEN 'EXTENDED'
        WHEN d.end_date <= w.next_workday THEN 'HOLIDAY_ROLL'
    END AS exclusion_code,
    d.receipt_no,
    d.transfer_no,
    d.case_no,
    d.police_org,
    d.org_name,
    d.party_name,
    d.charge,
    d.decision_date,
    d.due_date,
    d.review_filed_date,
    d.penalty_no,
    d.penalty_date,
    m.merged_penalty_no,
    u.no_penalty_no,
    e.extended_to,
    CASE WHEN d.penalty_date >= d.decision_date THEN '处罚时已经超期' ELSE '至今没有处罚' END AS state
FROM dated AS d
LEFT JOIN merged AS m ON m.receipt_no = d.receipt_no
LEFT JOIN unpunished AS u ON u.case_no = d.case_no AND u.party_id = d.party_id
LEFT JOIN extended AS e ON e.case_no = d.case_no
LEFT JOIN marts.working_day AS w ON w.day = d.due_date
WHERE d.end_date > d.due_date

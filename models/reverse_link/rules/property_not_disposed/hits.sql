-- R5 不起诉以后涉案财物没有处置：超过规定天数没有返还、移送、没收、销毁，或者处置时已超期。
-- Look-alikes named: kept as evidence of another case, decision under review, owner sought by notice, rolled last day.
WITH held AS (
    SELECT
        i.item_no, i.np_no, i.description, i.value_yuan, i.kept_for_case_no, i.claim_notice_no, i.claim_notice_to,
        i.disposition, n.id_no, n.org_name, n.kind, n.decision_date,
        CASE WHEN i.disposition IS NULL THEN $as_of ELSE coalesce(i.disposed_date, $as_of) END AS end_date,
        CAST(n.decision_date + $property_days AS DATE) AS due_date
    FROM justice.seized_property AS i
    JOIN justice.non_prosecution AS n ON n.np_no = i.np_no
),
paused AS (
    SELECT DISTINCT h.item_no
    FROM held AS h
    JOIN justice.appeal AS a ON a.np_no = h.np_no
    WHERE a.filed_date <= h.due_date AND coalesce(a.closed_date, h.end_date) >= h.end_date
)
SELECT
    h.id_no AS subject_id,
    h.decision_date AS occurred_from,
    h.end_date AS occurred_to,
    CAST(h.value_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN h.kept_for_case_no IS NOT NULL THEN 'KEPT_FOR_OTHER_CASE'
        WHEN p.item_no IS NOT NULL THEN 'SUSPENDED'
        WHEN h.claim_notice_no IS NOT NULL AND h.end_date <= h.claim_notice_to THEN 'OWNER_SOUGHT'
        WHEN h.end_date <= w.next_workday THEN 'HOLIDAY_ROLL'
    END AS exclusion_code,
    h.item_no,
    h.np_no,
    h.org_name,
    h.kind,
    h.description,
    h.decision_date,
    h.due_date,
    CASE WHEN h.disposition IS NULL THEN '至今没有处置' ELSE '处置时已经超期' END AS state,
    h.kept_for_case_no,
    h.claim_notice_no,
    h.claim_notice_to
FROM held AS h
LEFT JOIN paused AS p ON p.item_no = h.item_no
LEFT JOIN marts.working_day AS w ON w.day = h.due_date
WHERE h.end_date > h.due_date

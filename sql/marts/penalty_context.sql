-- name: penalty_context
-- title: 处罚决定的来龙去脉
-- grain: one row per penalty decision
-- inputs: admin.penalty, admin.reconsideration, admin.case_finding, admin.transfer, admin.transfer_item, person.resident
-- materialise: delta
-- What other documents say about a penalty: annulled, replaced by another decision, transferred to the police under its
-- own or a merged case number, who the party was found to be, and how old, whether the police punished the same act.
-- transfer_no is the transfer under the penalty's own case number, merged_transfer_no another one that lists it.
WITH annulled AS (
    SELECT doc_no, min(review_no) AS review_no
    FROM admin.reconsideration
    WHERE result = '撤销'
    GROUP BY doc_no
),
found AS (
    SELECT
        doc_no,
        max(CASE WHEN finding IN ('受害人', '受雇人员') THEN 1 ELSE 0 END) AS is_victim_or_employee,
        max(CASE WHEN finding = '过失' THEN 1 ELSE 0 END) AS is_negligent,
        max(CASE WHEN finding = '独立行为' THEN 1 ELSE 0 END) AS is_separate_act,
        max(CASE WHEN finding = '减轻处罚' THEN 1 ELSE 0 END) AS is_mitigated
    FROM admin.case_finding
    GROUP BY doc_no
),
own AS (
    SELECT case_no, party_id, min(transfer_no) AS transfer_no
    FROM admin.transfer
    WHERE withdrawn_date IS NULL
    GROUP BY case_no, party_id
),
merged AS (
    SELECT i.doc_no, min(i.transfer_no) AS transfer_no
    FROM admin.transfer_item AS i
    JOIN admin.transfer AS t ON t.transfer_no = i.transfer_no
    WHERE t.withdrawn_date IS NULL
    GROUP BY i.doc_no
),
replaced AS (
    SELECT replaces_no AS doc_no, min(doc_no) AS replaced_by
    FROM admin.penalty
    WHERE replaces_no IS NOT NULL
    GROUP BY replaces_no
),
policed AS (
    SELECT p.doc_no, min(q.doc_no) AS police_doc_no
    FROM admin.penalty AS p
    JOIN admin.penalty AS q ON q.party_id = p.party_id AND q.act_from <= p.act_to AND p.act_from <= q.act_to
    WHERE p.org_kind <> '公安' AND q.org_kind = '公安'
    GROUP BY p.doc_no
)
SELECT
    p.doc_no,
    a.review_no AS annulled_no,
    r.replaced_by,
    o.transfer_no,
    m.transfer_no AS merged_transfer_no,
    q.police_doc_no,
    coalesce(f.is_victim_or_employee, 0) AS is_victim_or_employee,
    coalesce(f.is_negligent, 0) AS is_negligent,
    coalesce(f.is_separate_act, 0) AS is_separate_act,
    coalesce(f.is_mitigated, 0) AS is_mitigated,
    year(p.act_from) - year(b.birth_date)
    - CASE
        WHEN month(p.act_from) < month(b.birth_date)
            OR (month(p.act_from) = month(b.birth_date) AND day(p.act_from) < day(b.birth_date))
            THEN 1
        ELSE 0
    END AS age_at_act
FROM admin.penalty AS p
LEFT JOIN annulled AS a ON a.doc_no = p.doc_no
LEFT JOIN found AS f ON f.doc_no = p.doc_no
LEFT JOIN own AS o ON o.case_no = p.case_no AND o.party_id = p.party_id
LEFT JOIN merged AS m ON m.doc_no = p.doc_no
LEFT JOIN replaced AS r ON r.doc_no = p.doc_no
LEFT JOIN policed AS q ON q.doc_no = p.doc_no
LEFT JOIN person.resident AS b ON b.id_number = p.party_id

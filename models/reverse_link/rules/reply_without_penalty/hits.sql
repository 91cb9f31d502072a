-- R3 回复已处罚但查不到或低于下限：行政机关回复称已处罚，当事人名下没有就同一行为的处罚，或者罚款低于最低数额。
-- Look-alikes named: the number in the reply is a penalty on the company or another party of the case, decided not to
-- punish, annulled afterwards, mitigated. Several penalties for one act are judged by the largest fine that stands.
WITH replied AS (
    SELECT
        o.doc_no, o.np_no, o.to_org_name, o.reply_date, o.reply_no, o.reply_penalty_no,
        n.id_no, n.charge, n.act_from, n.act_to
    FROM justice.opinion AS o
    JOIN justice.non_prosecution AS n ON n.np_no = o.np_no
    WHERE o.reply_result = '已处罚' AND o.reply_date IS NOT NULL
),
floors AS (
    SELECT r.doc_no, max(l.min_fine_yuan) AS min_fine, max(l.law) AS law, max(l.article) AS article
    FROM replied AS r
    JOIN ref.charge_law AS l ON l.charge = r.charge
    WHERE l.valid_from <= r.act_to AND r.act_to <= coalesce(l.valid_to, r.act_to)
    GROUP BY r.doc_no
),
punished AS (
    SELECT r.doc_no, p.doc_no AS penalty_no, p.fine_yuan, x.annulled_no, x.is_mitigated
    FROM replied AS r
    JOIN admin.penalty AS p ON p.party_id = r.id_no AND p.act_from <= r.act_to AND r.act_from <= p.act_to
    JOIN marts.penalty_context AS x ON x.doc_no = p.doc_no
    QUALIFY row_number() OVER ( -- unique: a decision number is a key
        PARTITION BY r.doc_no
        ORDER BY CASE WHEN x.annulled_no IS NULL THEN 0 ELSE 1 END, coalesce(p.fine_yuan, 0) DESC, p.doc_no
    ) = 1
),
others AS (
    SELECT r.doc_no, p.party_id
    FROM replied AS r
    JOIN admin.penalty AS p ON p.doc_no = r.reply_penalty_no
    WHERE p.act_from <= r.act_to AND r.act_from <= p.act_to
),
unpunished AS (
    SELECT party_id, min(decision_no) AS no_penalty_no
    FROM admin.no_penalty
    GROUP BY party_id
)
SELECT
    r.id_no AS subject_id,
    r.reply_date AS occurred_from,
    r.reply_date AS occurred_to,
    CAST(f.min_fine - coalesce(p.fine_yuan, 0) AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN p.penalty_no IS NULL AND o.party_id IS NOT NULL THEN 'PENALISED_AS_OTHER_PARTY'
        WHEN p.penalty_no IS NULL AND u.no_penalty_no IS NOT NULL THEN 'NO_PENALTY_DECISION'
        WHEN p.annulled_no IS NOT NULL THEN 'RECONSIDERED'
        WHEN p.is_mitigated = 1 THEN 'MITIGATED'
    END AS exclusion_code,
    r.doc_no AS opinion_no,
    r.np_no,
    r.charge,
    r.to_org_name,
    r.reply_date,
    r.reply_no,
    r.reply_penalty_no,
    f.law,
    f.article,
    f.min_fine,
    p.penalty_no,
    p.fine_yuan,
    p.annulled_no,
    u.no_penalty_no,
    CASE
        WHEN p.penalty_no IS NULL THEN '没有查到处罚决定'
        WHEN p.annulled_no IS NOT NULL THEN '处罚决定已被撤销'
        ELSE '罚款低于法定最低数额'
    END AS state
FROM replied AS r
JOIN floors AS f ON f.doc_no = r.doc_no
LEFT JOIN punished AS p ON p.doc_no = r.doc_no
LEFT JOIN others AS o ON o.doc_no = r.doc_no
LEFT JOIN unpunished AS u ON u.party_id = r.id_no
WHERE p.penalty_no IS NULL OR p.annulled_no IS NOT NULL OR coalesce(p.fine_yuan, 0) < f.min_fine

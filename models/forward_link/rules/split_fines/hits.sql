-- G7 一案拆成数个小额处罚：同一当事人、同一天开始的同类行为分成几份决定书，每份不够追诉标准，合计够。
-- Look-alikes named: a decision reissued, one annulled, acts found to be separate, transferred already.
WITH parts AS (
    SELECT
        p.doc_no, p.party_id, p.party_name, p.cause, p.act_from, p.act_to, c.charge, a.measure, a.amount_yuan,
        s.amount AS standard,
        coalesce(x.transfer_no, x.merged_transfer_no) AS transfer_no,
        CASE WHEN x.replaced_by IS NULL THEN a.amount_yuan ELSE 0 END AS issued_yuan,
        CASE WHEN x.replaced_by IS NULL AND x.annulled_no IS NULL THEN a.amount_yuan ELSE 0 END AS standing_yuan,
        CASE
            WHEN x.replaced_by IS NULL AND x.annulled_no IS NULL AND x.is_separate_act = 0 THEN a.amount_yuan
            ELSE 0
        END AS joint_yuan
    FROM admin.penalty AS p
    JOIN admin.penalty_amount AS a ON a.doc_no = p.doc_no
    JOIN ref.penalty_cause AS c ON c.cause = p.cause
    JOIN ref.charge_threshold AS s ON s.charge = c.charge AND s.measure = a.measure
    JOIN marts.penalty_context AS x ON x.doc_no = p.doc_no
    WHERE p.org_kind <> '公安' AND s.party_kind IN ('不限', p.party_kind)
        AND s.valid_from <= p.act_to AND p.act_to <= coalesce(s.valid_to, p.act_to)
),
sums AS (
    SELECT
        party_id, charge, measure, act_from, min(party_name) AS party_name, min(cause) AS cause, max(act_to) AS act_to,
        min(standard) AS standard, count(doc_no) AS doc_count, min(doc_no) AS first_doc_no, max(doc_no) AS last_doc_no,
        max(amount_yuan) AS largest, sum(amount_yuan) AS total, sum(issued_yuan) AS issued, sum(standing_yuan) AS standing,
        sum(joint_yuan) AS joint, min(transfer_no) AS transfer_no
    FROM parts
    GROUP BY party_id, charge, measure, act_from
)
SELECT
    party_id AS subject_id,
    act_from AS occurred_from,
    act_to AS occurred_to,
    CAST(total AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN issued < standard THEN 'REISSUED'
        WHEN standing < standard THEN 'RECONSIDERED'
        WHEN joint < standard THEN 'SEPARATE_ACTS'
        WHEN transfer_no IS NOT NULL THEN 'MERGED_TRANSFER'
    END AS exclusion_code,
    party_name,
    cause,
    charge,
    measure,
    standard,
    doc_count,
    first_doc_no,
    last_doc_no,
    largest,
    transfer_no
FROM sums
WHERE largest < standard AND total >= standard

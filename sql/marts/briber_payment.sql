-- name: briber_payment
-- title: 行贿事实逐笔
-- grain: one row per payment told in a judgment whose payer is known
-- inputs: justice.briber_mention, justice.bribery_judgment, entity.person_link, person.resident
-- materialise: delta
-- Who paid: the id number the judgment gives, or the only person of that name linked to the employer. A payment that
-- another judgment of the same joint case tells again has is_repeat; two equal payments in one judgment are two.
WITH told AS (
    SELECT
        m.mention_no, m.judgment_no, m.briber_kind, m.briber_name, m.id_no, m.uscc, m.amount_yuan, m.from_date,
        m.to_date, m.nature, m.nature_doc_no, m.extorted AND NOT m.unlawful_gain AS is_extorted, m.gain_kind,
        m.illegal_source, m.loss_yuan, coalesce(j.joint_case_no, j.judgment_no) AS case_group, j.official_id,
        j.official_name, j.office_org, j.post_from, j.post_to
    FROM justice.briber_mention AS m
    JOIN justice.bribery_judgment AS j ON j.judgment_no = m.judgment_no
),
staff AS (
    SELECT t.mention_no, min(r.id_number) AS person_id, count(DISTINCT r.id_number) AS candidates
    FROM told AS t
    JOIN entity.person_link AS l ON l.uscc = t.uscc
    JOIN person.resident AS r ON r.id_number = l.id_number AND r.name = t.briber_name
    WHERE t.briber_kind = '个人' AND t.id_no IS NULL
    GROUP BY t.mention_no
),
known AS (
    SELECT
        t.mention_no, t.judgment_no, t.briber_kind, t.briber_name, t.uscc, t.amount_yuan, t.from_date,
        t.to_date, t.nature, t.nature_doc_no, t.is_extorted, t.gain_kind, t.illegal_source, t.loss_yuan,
        t.case_group, t.official_id, t.official_name, t.office_org, t.post_from, t.post_to,
        CASE
            WHEN t.briber_kind = '单位' THEN t.uscc
            WHEN t.id_no IS NOT NULL THEN t.id_no
            WHEN s.candidates = 1 THEN s.person_id
        END AS subject_id
    FROM told AS t
    LEFT JOIN staff AS s ON s.mention_no = t.mention_no
),
numbered AS (
    SELECT
        k.mention_no, k.judgment_no, k.briber_kind, k.briber_name, k.uscc, k.amount_yuan, k.from_date,
        k.to_date, k.nature, k.nature_doc_no, k.is_extorted, k.gain_kind, k.illegal_source, k.loss_yuan,
        k.case_group, k.official_id, k.official_name, k.office_org, k.post_from, k.post_to, k.subject_id,
        row_number() OVER ( -- unique: a mention is one row
            PARTITION BY k.judgment_no, k.subject_id, k.from_date, k.to_date, k.amount_yuan
            ORDER BY k.mention_no
        ) AS turn
    FROM known AS k
    WHERE k.subject_id IS NOT NULL
)
SELECT
    n.mention_no,
    n.subject_id,
    n.judgment_no,
    n.case_group,
    n.briber_kind,
    n.briber_name,
    r.name AS register_name,
    n.uscc,
    n.amount_yuan,
    n.from_date,
    n.to_date,
    n.nature,
    n.nature_doc_no,
    n.is_extorted,
    n.nature = '行贿' AND NOT n.is_extorted AS is_bribe,
    n.gain_kind,
    n.illegal_source,
    n.loss_yuan,
    n.official_id,
    n.official_name,
    n.office_org,
    n.post_from,
    n.post_to,
    row_number() OVER ( -- unique: a mention is one row
        PARTITION BY n.subject_id, n.case_group, n.from_date, n.to_date, n.amount_yuan, n.turn
        ORDER BY n.judgment_no, n.mention_no
    ) > 1 AS is_repeat
FROM numbered AS n
LEFT JOIN person.resident AS r ON r.id_number = n.subject_id

-- G1 够追诉标准只罚款未移送：决定书认定的金额达到行为时的立案追诉标准，却没有移送。
-- Look-alikes named: the standard was higher (or none) at the time of the act, a later and milder standard, annulled,
-- transferred under a merged case, counted at list price, victim or employee, negligence, under age, police knew.
-- A penalty counts once, by the amount that no document excuses, then by the largest multiple of the standard.
WITH measured AS (
    SELECT
        p.doc_no, p.org_name, p.party_id, p.party_name, p.party_kind, p.cause, p.act_from, p.act_to, p.decision_date,
        p.fine_yuan, a.measure, a.amount_yuan, c.charge
    FROM admin.penalty AS p
    JOIN admin.penalty_amount AS a ON a.doc_no = p.doc_no
    JOIN ref.penalty_cause AS c ON c.cause = p.cause
    WHERE p.org_kind <> '公安'
),
compared AS (
    SELECT
        m.doc_no, m.charge, m.measure,
        min(CASE WHEN s.valid_from <= m.act_to AND m.act_to <= coalesce(s.valid_to, m.act_to) THEN s.amount END) AS act_standard,
        min(CASE WHEN s.valid_from <= m.decision_date AND m.decision_date <= coalesce(s.valid_to, m.decision_date) THEN s.amount END) AS later_standard,
        max(CASE WHEN s.valid_from <= m.act_to AND m.act_to <= coalesce(s.valid_to, m.act_to) THEN s.source END) AS standard_source
    FROM measured AS m
    JOIN ref.charge_threshold AS s ON s.charge = m.charge AND s.measure = m.measure
    WHERE s.party_kind IN ('不限', m.party_kind)
    GROUP BY m.doc_no, m.charge, m.measure
),
appraised AS (
    SELECT doc_no, measure, min(appraised_yuan) AS appraised_yuan
    FROM admin.price_appraisal
    GROUP BY doc_no, measure
),
judged AS (
    SELECT
        m.doc_no, m.org_name, m.party_id, m.party_name, m.cause, m.act_from, m.act_to, m.decision_date, m.fine_yuan,
        m.measure, m.amount_yuan, m.charge, s.act_standard, s.later_standard, s.standard_source,
        x.annulled_no, x.merged_transfer_no, x.police_doc_no, x.age_at_act, v.appraised_yuan,
        CASE
            WHEN s.act_standard IS NULL OR m.amount_yuan < s.act_standard THEN 'NOT_IN_FORCE_AT_ACT'
            WHEN m.amount_yuan < s.later_standard THEN 'LIGHTER_LATER_LAW'
            WHEN x.annulled_no IS NOT NULL THEN 'RECONSIDERED'
            WHEN x.merged_transfer_no IS NOT NULL THEN 'MERGED_TRANSFER'
            WHEN v.appraised_yuan < s.act_standard THEN 'LIST_PRICE'
            WHEN x.is_victim_or_employee = 1 THEN 'VICTIM_OR_EMPLOYEE'
            WHEN x.is_negligent = 1 THEN 'NEGLIGENT'
            WHEN x.age_at_act < $responsible_age THEN 'UNDER_AGE'
            WHEN x.police_doc_no IS NOT NULL THEN 'POLICE_HANDLED'
        END AS exclusion_code
    FROM measured AS m
    JOIN compared AS s ON s.doc_no = m.doc_no AND s.charge = m.charge AND s.measure = m.measure
    JOIN marts.penalty_context AS x ON x.doc_no = m.doc_no
    LEFT JOIN appraised AS v ON v.doc_no = m.doc_no AND v.measure = m.measure
    WHERE x.transfer_no IS NULL AND m.amount_yuan >= least(s.act_standard, s.later_standard)
)
SELECT
    party_id AS subject_id,
    act_from AS occurred_from,
    act_to AS occurred_to,
    CAST(amount_yuan AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    doc_no,
    org_name,
    party_name,
    cause,
    decision_date,
    fine_yuan,
    charge,
    measure,
    act_standard,
    later_standard,
    standard_source,
    appraised_yuan,
    annulled_no,
    merged_transfer_no,
    police_doc_no,
    age_at_act
FROM judged
QUALIFY row_number() OVER ( -- unique: a penalty has one amount of a measure, a cause one row of a charge
    PARTITION BY doc_no
    ORDER BY CASE WHEN exclusion_code IS NULL THEN 0 ELSE 1 END, amount_yuan / coalesce(act_standard, later_standard) DESC, measure, charge
) = 1

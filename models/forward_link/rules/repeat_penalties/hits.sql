-- G2 受罚以后又犯未移送：次数标准所要求的月数内，因同类行为受处罚够次数，又实施同类行为，却只再次处罚。
-- Look-alikes named: an earlier decision reissued, an earlier or this decision annulled, an earlier one by the police,
-- merged transfer, victim or employee, negligence, under age. Only charges with a count standard are compared.
WITH largest AS (
    SELECT doc_no, max(amount_yuan) AS amount_yuan
    FROM admin.penalty_amount
    GROUP BY doc_no
),
latest AS (
    SELECT
        p.doc_no, p.org_name, p.party_id, p.party_name, p.cause, p.act_from, p.act_to, p.decision_date, c.charge,
        a.amount_yuan, s.amount AS needed, s.window_months, s.source AS standard_source
    FROM admin.penalty AS p
    JOIN ref.penalty_cause AS c ON c.cause = p.cause
    JOIN ref.charge_threshold AS s ON s.charge = c.charge
    LEFT JOIN largest AS a ON a.doc_no = p.doc_no
    WHERE p.org_kind <> '公安' AND s.window_months IS NOT NULL AND s.party_kind IN ('不限', p.party_kind)
        AND s.valid_from <= p.act_to AND p.act_to <= coalesce(s.valid_to, p.act_to)
        AND coalesce(a.amount_yuan, 0) >= coalesce(s.with_amount_yuan, 0)
),
earlier AS (
    SELECT
        l.doc_no, l.charge, q.doc_no AS prior_no, q.decision_date AS prior_date,
        CASE WHEN x.replaced_by IS NULL THEN 1 END AS is_last_issue,
        CASE WHEN x.replaced_by IS NULL AND x.annulled_no IS NULL THEN 1 END AS is_standing,
        CASE WHEN x.replaced_by IS NULL AND x.annulled_no IS NULL AND q.org_kind <> '公安' THEN 1 END AS is_counted
    FROM latest AS l
    JOIN admin.penalty AS q ON q.party_id = l.party_id
    JOIN ref.penalty_cause AS c ON c.cause = q.cause AND c.charge = l.charge
    JOIN marts.penalty_context AS x ON x.doc_no = q.doc_no
    WHERE q.decision_date < l.act_from
        AND ((year(q.decision_date) * 12 + month(q.decision_date)) + l.window_months) * 32 + day(q.decision_date) -- literal: months of a year, more than the days of a month
            >= (year(l.act_from) * 12 + month(l.act_from)) * 32 + day(l.act_from) -- literal: months of a year, more than the days of a month
),
counted AS (
    SELECT
        doc_no, charge, count(prior_no) AS prior_count, max(prior_date) AS last_prior_date, max(prior_no) AS last_prior_no,
        count(is_last_issue) AS issue_count, count(is_standing) AS standing_count, count(is_counted) AS admin_count
    FROM earlier
    GROUP BY doc_no, charge
)
SELECT
    l.party_id AS subject_id,
    l.act_from AS occurred_from,
    l.act_to AS occurred_to,
    CAST(l.amount_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN n.issue_count < l.needed THEN 'REISSUED'
        WHEN n.standing_count < l.needed OR x.annulled_no IS NOT NULL THEN 'RECONSIDERED'
        WHEN n.admin_count < l.needed THEN 'POLICE_COUNTED'
        WHEN x.merged_transfer_no IS NOT NULL THEN 'MERGED_TRANSFER'
        WHEN x.is_victim_or_employee = 1 THEN 'VICTIM_OR_EMPLOYEE'
        WHEN x.is_negligent = 1 THEN 'NEGLIGENT'
        WHEN x.age_at_act < $responsible_age THEN 'UNDER_AGE'
    END AS exclusion_code,
    l.doc_no,
    l.org_name,
    l.party_name,
    l.cause,
    l.decision_date,
    l.charge,
    l.needed,
    l.window_months,
    l.standard_source,
    n.prior_count,
    n.standing_count,
    n.last_prior_no,
    n.last_prior_date,
    x.merged_transfer_no,
    x.age_at_act
FROM latest AS l
JOIN counted AS n ON n.doc_no = l.doc_no AND n.charge = l.charge
JOIN marts.penalty_context AS x ON x.doc_no = l.doc_no
WHERE n.prior_count >= l.needed AND x.transfer_no IS NULL

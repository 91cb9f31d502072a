-- G8 行为犯只罚款未移送：决定书的事实写明不论数额都可追诉的行为，却没有移送。
-- Look-alikes named: act before the offence existed, annulled, transferred under a merged case, every test report clean,
-- victim or employee, negligence, under age, police punished the same act. A penalty with several phrases counts once.
WITH described AS (
    SELECT
        p.doc_no, p.org_name, p.party_id, p.party_name, p.cause, p.act_from, p.act_to, p.decision_date, p.fine_yuan,
        o.phrase, o.charge, o.valid_from, o.source AS conduct_source,
        CASE WHEN o.valid_from <= p.act_to AND p.act_to <= coalesce(o.valid_to, p.act_to) THEN 1 ELSE 0 END AS is_in_force
    FROM admin.penalty AS p
    JOIN ref.conduct_offence AS o ON strpos(p.facts, o.phrase) > 0
    WHERE p.org_kind <> '公安'
),
one_each AS (
    SELECT
        doc_no, org_name, party_id, party_name, cause, act_from, act_to, decision_date, fine_yuan,
        phrase, charge, valid_from, conduct_source, is_in_force
    FROM described
    QUALIFY row_number() OVER (PARTITION BY doc_no ORDER BY is_in_force DESC, phrase, valid_from DESC, charge) = 1 -- unique: the key of the table
),
tested AS (
    SELECT
        doc_no,
        count(CASE WHEN result = '合格' THEN 1 END) AS clean_reports,
        max(CASE WHEN result = '不合格' THEN 1 ELSE 0 END) AS has_dirty
    FROM admin.test_report
    GROUP BY doc_no
)
SELECT
    d.party_id AS subject_id,
    d.act_from AS occurred_from,
    d.act_to AS occurred_to,
    CAST(d.fine_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN d.is_in_force = 0 THEN 'NOT_IN_FORCE_AT_ACT'
        WHEN x.annulled_no IS NOT NULL THEN 'RECONSIDERED'
        WHEN x.merged_transfer_no IS NOT NULL THEN 'MERGED_TRANSFER'
        WHEN t.has_dirty = 0 THEN 'TEST_CLEAN'
        WHEN x.is_victim_or_employee = 1 THEN 'VICTIM_OR_EMPLOYEE'
        WHEN x.is_negligent = 1 THEN 'NEGLIGENT'
        WHEN x.age_at_act < $responsible_age THEN 'UNDER_AGE'
        WHEN x.police_doc_no IS NOT NULL THEN 'POLICE_HANDLED'
    END AS exclusion_code,
    d.doc_no,
    d.org_name,
    d.party_name,
    d.cause,
    d.decision_date,
    d.fine_yuan,
    d.phrase,
    d.charge,
    d.valid_from,
    d.conduct_source,
    coalesce(t.clean_reports, 0) AS clean_reports,
    x.annulled_no,
    x.merged_transfer_no,
    x.police_doc_no,
    x.age_at_act
FROM one_each AS d
JOIN marts.penalty_context AS x ON x.doc_no = d.doc_no
LEFT JOIN tested AS t ON t.doc_no = d.doc_no
WHERE x.transfer_no IS NULL

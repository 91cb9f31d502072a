-- C11 证号撞人：同一证号由两个以上的人出示；登记的持证人不列，只列其余出示人。
-- Anomaly before excuses: one number on cards that differ in id number as written or in category.
-- Look-alikes named: one person with several categories under one T number, 15-digit id, changed id or renewed
-- passport, typing error against an otherwise equal register row.
WITH numbers AS (
    SELECT
        cert_no, count(DISTINCT person_id) AS persons, count(DISTINCT id18) AS id_numbers, count(DISTINCT id_no) AS id_texts
    FROM marts.cert_card
    GROUP BY cert_no
    HAVING count(DISTINCT id_no) > 1 OR count(DISTINCT work_category) > 1
),
mistyped AS (
    SELECT check_id
    FROM marts.cert_twin
    WHERE is_number_near
    GROUP BY check_id
),
holders AS (
    SELECT
        n.cert_no, c.person_id, n.persons, n.id_numbers, n.id_texts,
        min(c.name) AS person_name, min(c.check_date) AS occurred_from, max(c.check_date) AS occurred_to,
        min(c.work_category) AS card_category, max(c.checker_org) AS checker_org,
        count(*) AS checks, count(m.check_id) AS mistyped_checks
    FROM numbers AS n
    JOIN marts.cert_card AS c ON c.cert_no = n.cert_no
    LEFT JOIN mistyped AS m ON m.check_id = c.check_id
    GROUP BY n.cert_no, c.person_id, n.persons, n.id_numbers, n.id_texts
),
owners AS (
    SELECT cert_no, person_id
    FROM marts.cert_register
    GROUP BY cert_no, person_id
),
owner_names AS (
    SELECT cert_no, min(name) AS owner_name
    FROM marts.cert_register
    GROUP BY cert_no
),
register_date AS (
    SELECT max(as_of) AS as_of
    FROM marts.cert_register
)
SELECT
    h.person_id AS subject_id,
    h.occurred_from,
    h.occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN h.persons >= $min_holders THEN CASE WHEN h.mistyped_checks = h.checks THEN 'OCR_ERROR' END
        WHEN h.id_numbers > 1 THEN 'ID_CHANGED'
        WHEN h.id_texts > 1 THEN 'ID_15_DIGIT'
        ELSE 'SEVERAL_CATEGORIES'
    END AS exclusion_code,
    h.cert_no,
    h.person_name,
    h.persons,
    h.card_category,
    h.checks,
    h.checker_org,
    coalesce(n.owner_name, '底册无此证号') AS register_owner,
    g.as_of AS register_as_of,
    coalesce(l.project_name, '花名册无此人') AS project_name,
    l.employer_name,
    l.trade
FROM holders AS h
LEFT JOIN owners AS o ON o.cert_no = h.cert_no AND o.person_id = h.person_id
LEFT JOIN owner_names AS n ON n.cert_no = h.cert_no
LEFT JOIN marts.cert_worker AS l ON l.person_id = h.person_id AND l.is_latest
CROSS JOIN register_date AS g
WHERE h.persons < $min_holders OR o.person_id IS NULL

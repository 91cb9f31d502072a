-- C11 证号撞人：同一证号由两个以上的人出示；登记的持证人不列，只列其余出示人。
-- Anomaly before excuses: one number on cards that differ in id number as written or in category.
-- Look-alikes named: one person with several categories under one T number, 15-digit id, changed id or renewed
-- passport, typing error against an otherwise equal register row.
WITH cards AS (
    SELECT
        p.check_id, p.name AS person_name, p.id_no, d.id18, coalesce(d.person_id, p.id_no) AS person_id,
        p.cert_no, p.work_category, coalesce(n.new_category, p.work_category) AS category,
        p.valid_from, p.valid_to, p.check_date, p.checker_org
    FROM cert.cert_presented AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = p.work_category
),
numbers AS (
    SELECT
        cert_no, count(DISTINCT person_id) AS persons, count(DISTINCT id18) AS id_numbers,
        count(DISTINCT id_no) AS id_texts, count(DISTINCT work_category) AS categories
    FROM cards
    GROUP BY cert_no
    HAVING count(DISTINCT id_no) > 1 OR count(DISTINCT work_category) > 1
),
shared AS (
    SELECT
        c.check_id, c.person_name, c.id_no, c.person_id, c.cert_no, c.work_category, c.category, c.valid_from, c.valid_to,
        c.check_date, c.checker_org, n.persons, n.id_numbers, n.id_texts
    FROM cards AS c
    JOIN numbers AS n ON n.cert_no = c.cert_no
),
owners AS (
    SELECT s.cert_no, coalesce(d.person_id, r.id_no) AS person_id, min(r.name) AS owner_name
    FROM (SELECT DISTINCT cert_no FROM shared) AS s
    JOIN marts.cert_register AS r ON r.cert_no = s.cert_no
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = r.id_no
    GROUP BY s.cert_no, coalesce(d.person_id, r.id_no)
),
owner_names AS (
    SELECT cert_no, min(owner_name) AS owner_name
    FROM owners
    GROUP BY cert_no
),
positions AS (
    SELECT k
    FROM (
        VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), -- literal: positions in a number
        (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24) -- literal: positions in a number
    ) AS v (k)
),
nearness AS (
    SELECT
        s.check_id, r.cert_no, r.id_no,
        max(CASE
            WHEN length(r.id_no) = length(s.id_no) AND left(r.id_no, p.k - 1) = left(s.id_no, p.k - 1)
                AND substr(r.id_no, p.k + 1) = substr(s.id_no, p.k + 1) THEN 1
            WHEN length(r.id_no) = length(s.id_no) + 1 AND left(r.id_no, p.k - 1) = left(s.id_no, p.k - 1)
                AND substr(r.id_no, p.k + 1) = substr(s.id_no, p.k) THEN 1
            WHEN length(r.id_no) + 1 = length(s.id_no) AND left(r.id_no, p.k - 1) = left(s.id_no, p.k - 1)
                AND substr(r.id_no, p.k) = substr(s.id_no, p.k + 1) THEN 1
            ELSE 0
        END) AS is_id_near,
        max(CASE
            WHEN length(r.cert_no) = length(s.cert_no) AND left(r.cert_no, p.k - 1) = left(s.cert_no, p.k - 1)
                AND substr(r.cert_no, p.k + 1) = substr(s.cert_no, p.k + 1) THEN 1
            WHEN length(r.cert_no) = length(s.cert_no) + 1 AND left(r.cert_no, p.k - 1) = left(s.cert_no, p.k - 1)
                AND substr(r.cert_no, p.k + 1) = substr(s.cert_no, p.k) THEN 1
            WHEN length(r.cert_no) + 1 = length(s.cert_no) AND left(r.cert_no, p.k - 1) = left(s.cert_no, p.k - 1)
                AND substr(r.cert_no, p.k) = substr(s.cert_no, p.k + 1) THEN 1
            ELSE 0
        END) AS is_number_near
    FROM shared AS s
    JOIN marts.cert_register AS r
        ON r.name = s.person_name AND r.category = s.category
        AND r.valid_from = s.valid_from AND r.valid_to = s.valid_to
    CROSS JOIN positions AS p
    WHERE s.persons >= $min_holders AND (r.cert_no <> s.cert_no OR r.id_no <> s.id_no)
    GROUP BY s.check_id, r.cert_no, r.id_no
),
mistyped AS (
    SELECT DISTINCT check_id
    FROM nearness
    WHERE is_id_near = 1 AND is_number_near = 1
),
holders AS (
    SELECT
        s.cert_no, s.person_id, min(s.person_name) AS person_name,
        min(s.persons) AS persons, min(s.id_numbers) AS id_numbers, min(s.id_texts) AS id_texts,
        min(s.check_date) AS occurred_from, max(s.check_date) AS occurred_to,
        min(s.work_category) AS card_category, max(s.checker_org) AS checker_org,
        count(*) AS checks, count(m.check_id) AS mistyped_checks
    FROM shared AS s
    LEFT JOIN mistyped AS m ON m.check_id = s.check_id
    GROUP BY s.cert_no, s.person_id
),
roster AS (
    SELECT
        w.worker_id, coalesce(d.person_id, w.id_no) AS person_id, w.project_name, w.employer_name, w.trade, w.enter_date
    FROM cert.site_worker AS w
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
    WHERE coalesce(d.person_id, w.id_no) IN (SELECT person_id FROM holders)
),
latest_post AS (
    SELECT person_id, project_name, employer_name, trade
    FROM roster
    QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY enter_date DESC, worker_id) = 1
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
        WHEN h.persons >= $min_holders AND h.mistyped_checks = h.checks THEN 'OCR_ERROR'
        WHEN h.persons >= $min_holders THEN NULL
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
LEFT JOIN latest_post AS l ON l.person_id = h.person_id
CROSS JOIN register_date AS g
WHERE h.persons < $min_holders OR o.person_id IS NULL

-- C2 号码不成立：应急系统的操作证编号应为 T 加持证人身份证号；号码不一致、校验位不成立或号码属于他人的列出。
-- Look-alikes named: foreign document, number of another register, 15-digit or changed id number, changed name,
-- rare character lost in transcoding, typing error against an otherwise equal register row.
WITH cards AS (
    SELECT
        p.check_id, p.name AS person_name, p.id_type, p.id_no, d.id18, d.is_valid,
        coalesce(d.person_id, p.id_no) AS person_id,
        p.cert_no, p.work_category, coalesce(n.new_category, p.work_category) AS category,
        p.issuer, p.first_issue, p.valid_from, p.valid_to, p.check_date, p.checker_org, p.image_no
    FROM cert.cert_presented AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = p.work_category
    WHERE p.cert_system = '应急'
),
named AS (
    SELECT
        c.check_id, c.person_name, c.id_type, c.id_no, c.id18, c.is_valid, c.person_id, c.cert_no, c.work_category, c.category,
        c.issuer, c.first_issue, c.valid_from, c.valid_to, c.check_date, c.checker_org, c.image_no,
        s.name AS owner_name,
        translate(c.person_name, ' ·•・.．()（）[]+\^$|{}', '') AS card_key,
        translate(s.name, ' ·•・.．()（）[]+\^$|{}', '') AS owner_key,
        substr(c.id18, 1, 6) || substr(c.id18, 9, 9) AS id15 -- literal: the 15-digit form drops century and check digit
    FROM cards AS c
    LEFT JOIN marts.subject_person AS s ON s.person_id = c.person_id
),
suspects AS (
    SELECT
        check_id, person_name, id_type, id_no, id18, is_valid, person_id, cert_no, work_category, category,
        issuer, first_issue, valid_from, valid_to, check_date, checker_org, image_no, owner_name, id15,
        translate(card_key, '?？□〓�*', '......') AS card_pattern,
        translate(owner_key, '?？□〓�*', '......') AS owner_pattern,
        card_key, owner_key,
        CASE WHEN cert_no <> 'T' || id_no THEN 1 ELSE 0 END AS is_number_off,
        CASE WHEN is_valid = FALSE THEN 1 ELSE 0 END AS is_digit_off,
        CASE WHEN owner_key <> card_key THEN 1 ELSE 0 END AS is_name_off
    FROM named
    WHERE cert_no <> 'T' || id_no OR is_valid = FALSE OR owner_key <> card_key
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
    FROM suspects AS s
    JOIN marts.cert_register AS r
        ON r.name = s.person_name AND r.category = s.category
        AND r.valid_from = s.valid_from AND r.valid_to = s.valid_to
    CROSS JOIN positions AS p
    WHERE r.cert_no <> s.cert_no OR r.id_no <> s.id_no
    GROUP BY s.check_id, r.cert_no, r.id_no
),
mistyped AS (
    SELECT DISTINCT check_id
    FROM nearness
    WHERE is_id_near = 1 AND is_number_near = 1
),
other_numbers AS (
    SELECT s.check_id, min(r.register) AS register
    FROM suspects AS s
    JOIN marts.cert_register AS r ON r.cert_no = s.cert_no AND r.register <> '应急'
    JOIN marts.cert_id_document AS d ON d.id_no = r.id_no AND d.person_id = s.person_id
    GROUP BY s.check_id
),
former_numbers AS (
    SELECT DISTINCT s.check_id
    FROM suspects AS s
    JOIN marts.cert_id_document AS d ON d.person_id = s.person_id
    WHERE s.cert_no = 'T' || d.id18
),
name_changes AS (
    SELECT DISTINCT s.check_id
    FROM suspects AS s
    JOIN marts.cert_id_document AS d ON d.person_id = s.person_id
    JOIN cert.identity_change AS c
        ON c.new_id_no = d.id_no
        AND ((c.old_name = s.person_name AND c.new_name = s.owner_name)
            OR (c.new_name = s.person_name AND c.old_name = s.owner_name))
),
official AS (
    SELECT
        coalesce(d.person_id, r.id_no) AS person_id,
        r.category, max(r.cert_no) AS cert_no, max(r.valid_to) AS valid_to, max(r.as_of) AS as_of
    FROM marts.cert_register AS r
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = r.id_no
    WHERE r.register = '应急'
    GROUP BY coalesce(d.person_id, r.id_no), r.category
),
register_date AS (
    SELECT max(as_of) AS as_of
    FROM marts.cert_register
    WHERE register = '应急'
),
excuses AS (
    SELECT
        s.check_id,
        CASE
            WHEN s.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
            WHEN m.check_id IS NOT NULL THEN 'OCR_ERROR'
        END AS whole_code,
        CASE
            WHEN o.register = '住建' THEN 'HOUSING_CERT'
            WHEN o.register = '市监' THEN 'SAMR_CERT'
            WHEN o.register IS NOT NULL THEN 'OTHER_REGISTER'
            WHEN s.cert_no = 'T' || s.id18 OR s.cert_no = 'T' || s.id15 THEN 'ID_15_DIGIT'
            WHEN f.check_id IS NOT NULL THEN 'ID_CHANGED'
        END AS number_code,
        CASE
            WHEN n.check_id IS NOT NULL THEN 'NAME_CHANGED'
            WHEN regexp_matches(s.owner_key, '^' || s.card_pattern || '$') THEN 'RARE_CHARACTER'
            WHEN regexp_matches(s.card_key, '^' || s.owner_pattern || '$') THEN 'RARE_CHARACTER'
        END AS name_code
    FROM suspects AS s
    LEFT JOIN mistyped AS m ON m.check_id = s.check_id
    LEFT JOIN other_numbers AS o ON o.check_id = s.check_id
    LEFT JOIN former_numbers AS f ON f.check_id = s.check_id
    LEFT JOIN name_changes AS n ON n.check_id = s.check_id
)
SELECT
    s.person_id AS subject_id,
    s.check_date AS occurred_from,
    s.check_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN e.whole_code IS NOT NULL THEN e.whole_code
        WHEN s.is_digit_off = 1 THEN NULL
        WHEN s.is_number_off = 1 AND e.number_code IS NULL THEN NULL
        WHEN s.is_name_off = 1 AND e.name_code IS NULL THEN NULL
        WHEN s.is_number_off = 1 THEN e.number_code
        ELSE e.name_code
    END AS exclusion_code,
    s.check_id,
    s.person_name,
    s.id_no AS card_id_no,
    s.cert_no AS card_cert_no,
    CASE
        WHEN s.is_digit_off = 1 THEN '身份证号校验位或出生日期不成立'
        WHEN s.is_number_off = 1 THEN '证号不是T加本人身份证号'
        ELSE '身份证号在户籍库里属于另一姓名'
    END AS reason,
    s.work_category AS card_category,
    s.issuer AS card_issuer,
    s.valid_to AS card_valid_to,
    coalesce(s.owner_name, '户籍库无此号码') AS household_name,
    coalesce(o.cert_no, '无登记') AS register_cert_no,
    o.valid_to AS register_valid_to,
    g.as_of AS register_as_of,
    s.check_date,
    s.checker_org,
    s.image_no
FROM suspects AS s
JOIN excuses AS e ON e.check_id = s.check_id
LEFT JOIN official AS o ON o.person_id = s.person_id AND o.category = s.category
CROSS JOIN register_date AS g

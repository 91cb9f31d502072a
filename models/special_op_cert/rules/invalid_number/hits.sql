-- C2 号码不成立：应急系统的操作证编号应为 T 加持证人身份证号；号码不一致、校验位不成立或号码属于他人的列出。
-- Look-alikes named: foreign document, number of another register, 15-digit or changed id number, changed name,
-- rare character lost in transcoding, typing error against an otherwise equal register row.
WITH named AS (
    SELECT
        c.check_id, c.name AS person_name, c.id_type, c.id_no, c.id18, c.person_id, c.cert_no, c.work_category, c.category,
        c.issuer, c.valid_to, c.check_date, c.checker_org, c.image_no, c.as_of,
        s.name AS owner_name,
        translate(c.name, ' ·•・.．()（）[]+\^$|{}', '') AS card_key,
        translate(s.name, ' ·•・.．()（）[]+\^$|{}', '') AS owner_key,
        c.cert_no <> 'T' || c.id_no AS is_number_off,
        NOT c.is_valid AS is_digit_off
    FROM marts.cert_card AS c
    LEFT JOIN marts.subject_person AS s ON s.person_id = c.person_id
    WHERE c.cert_system = '应急'
),
suspects AS (
    SELECT
        check_id, person_name, id_type, id_no, id18, person_id, cert_no, work_category, category, issuer, valid_to, check_date,
        checker_org, image_no, as_of, owner_name, is_number_off, is_digit_off,
        owner_key <> card_key AS is_name_off,
        card_key, owner_key,
        translate(card_key, '?？□〓�*', '......') AS card_pattern,
        translate(owner_key, '?？□〓�*', '......') AS owner_pattern,
        substr(id18, 1, 6) || substr(id18, 9, 9) AS id15 -- literal: the 15-digit form drops century and check digit
    FROM named
    WHERE is_number_off OR is_digit_off OR owner_key <> card_key
),
mistyped AS (
    SELECT check_id
    FROM marts.cert_twin
    WHERE is_number_near
    GROUP BY check_id
),
other_numbers AS (
    SELECT s.check_id, min(r.register) AS register
    FROM suspects AS s
    JOIN marts.cert_register AS r ON r.person_id = s.person_id AND r.cert_no = s.cert_no AND r.register <> '应急'
    GROUP BY s.check_id
),
former_numbers AS (
    SELECT s.check_id
    FROM suspects AS s
    JOIN marts.cert_id_document AS d ON d.person_id = s.person_id AND s.cert_no = 'T' || d.id18
    GROUP BY s.check_id
),
name_changes AS (
    SELECT s.check_id
    FROM suspects AS s
    JOIN marts.cert_id_document AS d ON d.person_id = s.person_id
    JOIN cert.identity_change AS c
        ON c.new_id_no = d.id_no
        AND ((c.old_name = s.person_name AND c.new_name = s.owner_name)
            OR (c.new_name = s.person_name AND c.old_name = s.owner_name))
    GROUP BY s.check_id
),
official AS (
    SELECT person_id, category, max(cert_no) AS cert_no, max(valid_to) AS valid_to
    FROM marts.cert_register
    WHERE register = '应急'
    GROUP BY person_id, category
),
excuses AS (
    SELECT
        s.check_id,
        CASE
            WHEN o.register = '住建' THEN 'HOUSING_CERT'
            WHEN o.register = '市监' THEN 'SAMR_CERT'
            WHEN o.register IS NOT NULL THEN 'OTHER_REGISTER'
            WHEN s.cert_no = 'T' || s.id18 OR s.cert_no = 'T' || s.id15 THEN 'ID_15_DIGIT'
            WHEN f.check_id IS NOT NULL THEN 'ID_CHANGED'
        END AS number_code,
        CASE
            WHEN n.check_id IS NOT NULL THEN 'NAME_CHANGED'
            WHEN regexp_matches(s.owner_key, '^' || s.card_pattern || '$')
                OR regexp_matches(s.card_key, '^' || s.owner_pattern || '$') THEN 'RARE_CHARACTER'
        END AS name_code
    FROM suspects AS s
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
        WHEN s.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
        WHEN m.check_id IS NOT NULL THEN 'OCR_ERROR'
        WHEN s.is_digit_off THEN NULL
        WHEN s.is_name_off AND e.name_code IS NULL THEN NULL
        WHEN s.is_number_off THEN e.number_code
        ELSE e.name_code
    END AS exclusion_code,
    s.check_id,
    s.person_name,
    s.id_no AS card_id_no,
    s.cert_no AS card_cert_no,
    CASE
        WHEN s.is_digit_off THEN '身份证号校验位或出生日期不成立'
        WHEN s.is_number_off THEN '证号不是T加本人身份证号'
        ELSE '身份证号在户籍库里属于另一姓名'
    END AS reason,
    s.work_category AS card_category,
    s.issuer AS card_issuer,
    s.valid_to AS card_valid_to,
    coalesce(s.owner_name, '户籍库无此号码') AS household_name,
    coalesce(o.cert_no, '无登记') AS register_cert_no,
    o.valid_to AS register_valid_to,
    s.as_of AS register_as_of,
    s.check_date,
    s.checker_org,
    s.image_no
FROM suspects AS s
JOIN excuses AS e ON e.check_id = s.check_id
LEFT JOIN mistyped AS m ON m.check_id = s.check_id
LEFT JOIN official AS o ON o.person_id = s.person_id AND o.category = s.category

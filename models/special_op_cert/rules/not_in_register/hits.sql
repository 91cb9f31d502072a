-- C1 查无此证：现场出示的证，按（人，作业类别）在应急平台底册里找不到。
-- Look-alikes named: renamed category, 15-digit or changed id number, housing / market / coal-mine / military register,
-- foreign document, mistyped id number, register older than the check, card issued within the platform's lag,
-- holder enrolled with a training school (flag).
WITH cards AS (
    SELECT
        p.check_id, p.name AS person_name, p.id_type, p.id_no, d.id18,
        coalesce(d.person_id, p.id_no) AS person_id,
        p.cert_no, p.cert_system, p.work_category, coalesce(n.new_category, p.work_category) AS category,
        p.issuer, p.first_issue, p.valid_from, p.valid_to, p.check_date, p.checker_org, p.image_no
    FROM cert.cert_presented AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = p.work_category
),
held AS (
    SELECT r.register, r.category, r.category_written, r.id_no, d.id18, coalesce(d.person_id, r.id_no) AS person_id
    FROM marts.cert_register AS r
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = r.id_no
),
matches AS (
    SELECT
        c.check_id,
        max(CASE WHEN h.register = '应急' THEN 1 ELSE 0 END) AS in_official,
        max(CASE WHEN h.register = '应急' AND h.id_no = c.id_no THEN 1 ELSE 0 END) AS same_id,
        max(CASE WHEN h.register = '应急' AND h.id18 = c.id18 THEN 1 ELSE 0 END) AS same_number,
        max(CASE WHEN h.register = '应急' AND h.id_no = c.id_no AND h.category_written = c.work_category THEN 1 ELSE 0 END)
            AS same_all,
        max(CASE WHEN h.register = '住建' THEN 1 ELSE 0 END) AS in_housing,
        max(CASE WHEN h.register = '市监' THEN 1 ELSE 0 END) AS in_samr,
        max(CASE WHEN h.register IN ('煤矿', '军工') THEN 1 ELSE 0 END) AS in_other
    FROM cards AS c
    JOIN held AS h ON h.person_id = c.person_id AND h.category = c.category
    GROUP BY c.check_id
),
suspects AS (
    SELECT
        c.check_id, c.person_name, c.id_type, c.id_no, c.person_id, c.cert_no, c.cert_system, c.work_category, c.category,
        c.issuer, c.first_issue, c.valid_from, c.valid_to, c.check_date, c.checker_org, c.image_no,
        m.in_official, m.same_id, m.same_number, m.in_housing, m.in_samr, m.in_other
    FROM cards AS c
    LEFT JOIN matches AS m ON m.check_id = c.check_id
    WHERE m.same_all IS NULL OR m.same_all = 0
),
unexplained AS (
    SELECT check_id, person_name, id_no, category, valid_from, valid_to
    FROM suspects
    WHERE in_official IS NULL
),
positions AS (
    SELECT k
    FROM (
        VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), -- literal: positions in a document number
        (11), (12), (13), (14), (15), (16), (17), (18), (19), (20) -- literal: positions in a document number
    ) AS v (k)
),
mistyped AS (
    SELECT DISTINCT u.check_id
    FROM unexplained AS u
    JOIN marts.cert_register AS r
        ON r.name = u.person_name AND r.category = u.category
        AND r.valid_from = u.valid_from AND r.valid_to = u.valid_to
    CROSS JOIN positions AS p
    WHERE (length(r.id_no) = length(u.id_no) AND left(r.id_no, p.k - 1) = left(u.id_no, p.k - 1)
            AND substr(r.id_no, p.k + 1) = substr(u.id_no, p.k + 1))
        OR (length(r.id_no) = length(u.id_no) + 1 AND left(r.id_no, p.k - 1) = left(u.id_no, p.k - 1)
            AND substr(r.id_no, p.k + 1) = substr(u.id_no, p.k))
        OR (length(r.id_no) + 1 = length(u.id_no) AND left(r.id_no, p.k - 1) = left(u.id_no, p.k - 1)
            AND substr(r.id_no, p.k) = substr(u.id_no, p.k + 1))
),
register_dates AS (
    SELECT register, max(as_of) AS as_of
    FROM marts.cert_register
    GROUP BY register
),
schooled AS (
    SELECT DISTINCT s.check_id
    FROM suspects AS s
    JOIN cert.training_enrolment AS t ON t.work_category = s.work_category
    JOIN marts.cert_id_document AS d ON d.id_no = t.id_no AND d.person_id = s.person_id
    WHERE t.paid_date <= s.check_date
        AND datediff('day', t.paid_date, coalesce(s.first_issue, s.check_date)) <= $school_window_days
),
others_held AS (
    SELECT s.check_id, min(h.register || '：' || h.category) AS other_category
    FROM suspects AS s
    JOIN held AS h ON h.person_id = s.person_id AND h.category <> s.category
    GROUP BY s.check_id
),
roster AS (
    SELECT w.worker_id, coalesce(d.person_id, w.id_no) AS person_id, w.project_name, w.employer_name, w.trade, w.enter_date
    FROM cert.site_worker AS w
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
    WHERE coalesce(d.person_id, w.id_no) IN (SELECT person_id FROM suspects)
),
latest_post AS (
    SELECT person_id, project_name, employer_name, trade, enter_date
    FROM roster
    QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY enter_date DESC, worker_id) = 1
),
presence AS (
    SELECT r.person_id, count(DISTINCT a.day) AS days_on_site
    FROM cert.attendance AS a
    JOIN roster AS r ON r.worker_id = a.worker_id
    GROUP BY r.person_id
)
SELECT
    s.person_id AS subject_id,
    s.check_date AS occurred_from,
    s.check_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN s.same_id = 1 THEN 'CATEGORY_RENAMED'
        WHEN s.same_number = 1 THEN 'ID_15_DIGIT'
        WHEN s.in_official = 1 THEN 'ID_CHANGED'
        WHEN s.in_housing = 1 THEN 'HOUSING_CERT'
        WHEN s.in_samr = 1 THEN 'SAMR_CERT'
        WHEN s.in_other = 1 THEN 'OTHER_REGISTER'
        WHEN s.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
        WHEN m.check_id IS NOT NULL THEN 'OCR_ERROR'
        WHEN g.as_of IS NULL OR g.as_of < s.check_date THEN 'REGISTER_STALE'
        WHEN datediff('day', s.first_issue, g.as_of) <= $platform_lag_days THEN 'PLATFORM_LAG'
        WHEN t.check_id IS NOT NULL THEN 'VICTIM_OF_SCHOOL'
    END AS exclusion_code,
    s.check_id,
    s.person_name,
    s.cert_no,
    s.cert_system,
    s.work_category AS card_category,
    s.issuer AS card_issuer,
    s.first_issue AS card_first_issue,
    s.valid_to AS card_valid_to,
    s.check_date,
    s.checker_org,
    s.image_no,
    g.as_of AS register_as_of,
    coalesce(o.other_category, '没有登记任何证书') AS register_holds,
    coalesce(l.project_name, '花名册无此人') AS project_name,
    l.employer_name,
    l.trade,
    coalesce(v.days_on_site, 0) AS days_on_site
FROM suspects AS s
LEFT JOIN mistyped AS m ON m.check_id = s.check_id
LEFT JOIN schooled AS t ON t.check_id = s.check_id
LEFT JOIN register_dates AS g ON g.register = s.cert_system
LEFT JOIN others_held AS o ON o.check_id = s.check_id
LEFT JOIN latest_post AS l ON l.person_id = s.person_id
LEFT JOIN presence AS v ON v.person_id = s.person_id

-- C1 查无此证：现场出示的证，按（人，作业类别）在应急平台底册里找不到。
-- Look-alikes named: renamed category, 15-digit or changed id number, housing / market / coal-mine / military register,
-- foreign document, mistyped id number, register older than the check, card issued within the platform's lag,
-- holder enrolled with a training school (flag).
WITH found AS (
    SELECT
        c.check_id,
        min(CASE
            WHEN r.register = '住建' THEN 4  -- literal: 次序，小的优先
            WHEN r.register = '市监' THEN 5  -- literal: 次序
            WHEN r.register <> '应急' THEN 6  -- literal: 次序
            WHEN r.id18 <> c.id18 THEN 3  -- literal: 次序
            WHEN r.id_no <> c.id_no THEN 2  -- literal: 次序
            WHEN r.category_written <> c.work_category THEN 1  -- literal: 次序
            ELSE 0  -- literal: 次序
        END) AS place
    FROM marts.cert_card AS c
    JOIN marts.cert_register AS r ON r.person_id = c.person_id AND r.category = c.category
    GROUP BY c.check_id
),
suspects AS (
    SELECT
        c.check_id, c.name AS person_name, c.id_type, c.person_id, c.cert_no, c.cert_system, c.work_category, c.category,
        c.issuer, c.first_issue, c.valid_to, c.check_date, c.checker_org, c.image_no, c.as_of, c.enrolled_on, f.place
    FROM marts.cert_card AS c
    LEFT JOIN found AS f ON f.check_id = c.check_id
    WHERE coalesce(f.place, 1) > 0  -- literal: 没有次序的是查不到的
),
mistyped AS (
    SELECT DISTINCT check_id
    FROM marts.cert_twin
),
others_held AS (
    SELECT s.check_id, min(r.register || '：' || r.category) AS other_category
    FROM suspects AS s
    JOIN marts.cert_register AS r ON r.person_id = s.person_id AND r.category <> s.category
    GROUP BY s.check_id
),
presence AS (
    SELECT s.check_id, count(DISTINCT a.day) AS days_on_site
    FROM suspects AS s
    LEFT JOIN marts.cert_worker AS w ON w.person_id = s.person_id
    LEFT JOIN cert.attendance AS a ON a.worker_id = w.worker_id
    GROUP BY s.check_id
)
SELECT
    s.person_id AS subject_id,
    s.check_date AS occurred_from,
    s.check_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN s.place = 1 THEN 'CATEGORY_RENAMED'
        WHEN s.place = 2 THEN 'ID_15_DIGIT'  -- literal: 次序
        WHEN s.place = 3 THEN 'ID_CHANGED'  -- literal: 次序
        WHEN s.place = 4 THEN 'HOUSING_CERT'  -- literal: 次序
        WHEN s.place = 5 THEN 'SAMR_CERT'  -- literal: 次序
        WHEN s.place = 6 THEN 'OTHER_REGISTER'  -- literal: 次序
        WHEN s.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
        WHEN m.check_id IS NOT NULL THEN 'OCR_ERROR'
        WHEN s.as_of IS NULL OR s.as_of < s.check_date THEN 'REGISTER_STALE'
        WHEN datediff('day', s.first_issue, s.as_of) <= $platform_lag_days THEN 'PLATFORM_LAG'
        WHEN datediff('day', s.enrolled_on, coalesce(s.first_issue, s.check_date)) <= $school_window_days
            THEN 'VICTIM_OF_SCHOOL'
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
    s.as_of AS register_as_of,
    coalesce(o.other_category, '没有登记任何证书') AS register_holds,
    coalesce(l.project_name, '花名册无此人') AS project_name,
    l.employer_name,
    l.trade,
    v.days_on_site
FROM suspects AS s
JOIN presence AS v ON v.check_id = s.check_id
LEFT JOIN mistyped AS m ON m.check_id = s.check_id
LEFT JOIN others_held AS o ON o.check_id = s.check_id
LEFT JOIN marts.cert_worker AS l ON l.person_id = s.person_id AND l.is_latest

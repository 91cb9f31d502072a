-- C7 不可能的考试或发证：考试那天人在押、服刑、住院、出境或者已经死亡；发证那天也是如此而此前没有考试合格；
-- 初领时不满法定年龄；同一天在相隔很远的两个考点考试。
-- 已检验的合理解释：姓名不一致（号码录错、被冒用）、缺考、线上考试、监所内设考点、状态起止当日、考试合格在前发证在后。
-- 两个考点的距离：纬度一度、经度一度乘该纬度余弦的多项式近似，全部用定点小数，各引擎结果相同。
WITH status AS (
    SELECT
        d.person_id, s.status_kind, s.from_date, s.to_date, coalesce(s.to_date, $as_of) AS last_date
    FROM marts.person_status_interval AS s
    JOIN marts.cert_id_document AS d ON d.id18 = s.person_id
    WHERE list_contains($blocking_statuses, s.status_kind)
    GROUP BY d.person_id, s.status_kind, s.from_date, s.to_date
),
renamed AS (
    SELECT d.person_id, c.old_name
    FROM cert.identity_change AS c
    JOIN marts.cert_id_document AS d ON d.id_no = c.new_id_no
    GROUP BY d.person_id, c.old_name
),
exams AS (
    SELECT
        e.exam_no, d.person_id, coalesce(n.new_category, e.work_category) AS category,
        e.mode, e.exam_date, e.site_name, e.site_kind, e.outcome,
        p.name <> e.name AND r.person_id IS NULL AS is_name_off,
        CAST(round(CAST(e.site_lat AS DECIMAL(18, 6)) * $metres_per_degree, 0) AS BIGINT) AS north_m,
        CAST(e.site_lon AS DECIMAL(18, 6)) AS lon, CAST(e.site_lat AS DECIMAL(18, 6)) AS lat
    FROM cert.exam_record AS e
    JOIN marts.cert_id_document AS d ON d.id_no = e.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = e.work_category
    LEFT JOIN marts.subject_person AS p ON p.person_id = d.person_id
    LEFT JOIN renamed AS r ON r.person_id = d.person_id AND r.old_name = e.name
),
certificates AS (
    SELECT register, cert_no, category, person_id, min(name) AS name, min(first_issue) AS first_issue
    FROM marts.cert_register
    GROUP BY register, cert_no, category, person_id
),
issued AS (
    SELECT
        c.register, c.cert_no, c.category, c.person_id, c.first_issue, p.birth_date,
        p.name <> c.name AND r.person_id IS NULL AS is_name_off,
        max(e.exam_date) AS pass_date
    FROM certificates AS c
    LEFT JOIN marts.subject_person AS p ON p.person_id = c.person_id
    LEFT JOIN renamed AS r ON r.person_id = c.person_id AND r.old_name = c.name
    LEFT JOIN exams AS e
        ON e.person_id = c.person_id AND e.category = c.category AND e.outcome = '合格' AND e.exam_date <= c.first_issue
    GROUP BY c.register, c.cert_no, c.category, c.person_id, c.first_issue, p.birth_date, p.name, c.name, r.person_id
),
pairs AS (
    SELECT
        a.exam_no, b.exam_no AS other_exam_no, a.person_id, a.category, a.exam_date, a.site_name, b.site_name AS other_site_name,
        a.is_name_off OR b.is_name_off AS is_name_off,
        a.outcome = '缺考' OR b.outcome = '缺考' AS is_absent,
        a.mode = '线上' OR b.mode = '线上' AS is_remote,
        a.north_m - b.north_m AS north_m,
        CAST(round((a.lon - b.lon) * $metres_per_degree, 0) AS BIGINT) AS equator_m,
        CAST(round((a.lat + b.lat) / 2, 0) AS BIGINT) AS mid_lat  -- literal: 两点平均纬度取整
    FROM exams AS a
    JOIN exams AS b ON b.person_id = a.person_id AND b.exam_date = a.exam_date AND b.exam_no > a.exam_no
),
turned AS (
    SELECT
        exam_no, other_exam_no, person_id, category, exam_date, site_name, other_site_name, is_name_off, is_absent, is_remote,
        north_m,
        CAST(
            round(
                equator_m * CAST(
                    1 - 0.00015225 * mid_lat * mid_lat  -- literal: 余弦的多项式系数
                    + 0.0000000037 * mid_lat * mid_lat * mid_lat * mid_lat  -- literal: 余弦的多项式系数
                    AS DECIMAL(18, 6)
                ), 0
            ) AS BIGINT
        ) AS east_m
    FROM pairs
),
found AS (
    SELECT
        '考试当日人不可能在场' AS finding, e.exam_no, CAST(NULL AS VARCHAR) AS other_exam_no, CAST(NULL AS VARCHAR) AS cert_no,
        e.person_id, e.category, e.exam_date AS event_date, e.site_name, CAST(NULL AS VARCHAR) AS other_site_name,
        s.status_kind, s.from_date AS status_from, s.to_date AS status_to,
        e.is_name_off,
        e.outcome = '缺考' AS is_absent,
        e.mode = '线上' AND s.status_kind IN ('出境', '住院') AS is_remote,
        e.site_kind = '监所考点' AND s.status_kind IN ('在押', '服刑') AS is_custody_site,
        e.exam_date = s.from_date OR e.exam_date = s.to_date AS is_endpoint,
        CAST(NULL AS DATE) AS pass_date,
        CAST(NULL AS BIGINT) AS square_m
    FROM exams AS e
    JOIN status AS s ON s.person_id = e.person_id AND e.exam_date BETWEEN s.from_date AND s.last_date
    UNION ALL
    SELECT
        '发证当日人不在，此前也没有考试合格', NULL, NULL, i.cert_no, i.person_id, i.category, i.first_issue, NULL, NULL,
        s.status_kind, s.from_date, s.to_date, i.is_name_off, FALSE, FALSE, FALSE,
        i.first_issue = s.from_date OR i.first_issue = s.to_date,
        CASE WHEN i.pass_date < s.from_date THEN i.pass_date END,
        NULL
    FROM issued AS i
    JOIN status AS s ON s.person_id = i.person_id AND i.first_issue BETWEEN s.from_date AND s.last_date
    UNION ALL
    SELECT
        '初领时不满法定年龄', NULL, NULL, cert_no, person_id, category, first_issue, NULL, NULL, NULL, NULL, NULL,
        is_name_off, FALSE, FALSE, FALSE, FALSE, NULL, NULL
    FROM issued
    WHERE first_issue < CAST(birth_date + INTERVAL ($min_age_years) YEAR AS DATE)
    UNION ALL
    SELECT
        '同日在两个相距很远的考点考试', exam_no, other_exam_no, NULL, person_id, category, exam_date, site_name, other_site_name,
        NULL, NULL, NULL, is_name_off, is_absent, is_remote, FALSE, FALSE, NULL, north_m * north_m + east_m * east_m
    FROM turned
    WHERE north_m * north_m + east_m * east_m > CAST($exam_site_metres AS BIGINT) * CAST($exam_site_metres AS BIGINT)
)
SELECT
    f.person_id AS subject_id,
    f.event_date AS occurred_from,
    f.event_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN f.is_name_off THEN 'NAME_DIFFERS'
        WHEN f.is_absent THEN 'ABSENT'
        WHEN f.is_remote THEN 'REMOTE_EXAM'
        WHEN f.is_custody_site THEN 'CUSTODY_SITE'
        WHEN f.is_endpoint THEN 'ENDPOINT_DAY'
        WHEN f.pass_date IS NOT NULL THEN 'EXAM_EARLIER'
    END AS exclusion_code,
    f.finding,
    p.name AS person_name,
    p.birth_date,
    f.category,
    f.event_date,
    f.exam_no,
    f.other_exam_no,
    f.cert_no,
    f.site_name,
    f.other_site_name,
    f.status_kind,
    f.status_from,
    f.status_to,
    f.pass_date,
    CAST(round(sqrt(f.square_m) / 1000, 0) AS INTEGER) AS distance_km  -- literal: 米换公里
FROM found AS f
LEFT JOIN marts.subject_person AS p ON p.person_id = f.person_id

-- C8 用工单位假证聚集：同一用工单位在一段日子里有若干人出示的证在各系统底册里都查不到。
-- 规则之间互不读取，这里按“查无此证”的条件在共用主题上重新判断：号码录错只看姓名、类别、有效期是否与底册一致，
-- 比 C1 逐位比对略宽。每个单位只报人数最多的一段。
-- 已检验的合理解释：外籍证件、号码录错、底册陈旧、平台滞后；多为培训学员的只标注。
WITH schooled AS (
    SELECT DISTINCT c.check_id
    FROM marts.cert_card AS c
    JOIN marts.cert_id_document AS d ON d.person_id = c.person_id
    JOIN cert.training_enrolment AS t ON t.id_no = d.id_no AND t.work_category = c.work_category
    WHERE t.paid_date <= c.check_date AND datediff('day', t.paid_date, coalesce(c.first_issue, c.check_date)) <= $school_window_days
),
cards AS (
    SELECT
        c.check_id, c.worker_id, c.person_id, c.check_date,
        CASE
            WHEN c.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
            WHEN c.has_twin THEN 'OCR_ERROR'
            WHEN c.as_of IS NULL OR c.as_of < c.check_date THEN 'REGISTER_STALE'
            WHEN datediff('day', c.first_issue, c.as_of) <= $platform_lag_days THEN 'PLATFORM_LAG'
        END AS excuse,
        s.check_id IS NOT NULL AS is_schooled
    FROM marts.cert_card AS c
    LEFT JOIN schooled AS s ON s.check_id = c.check_id
    WHERE NOT c.in_register
),
roster AS (
    SELECT
        w.worker_id, d.person_id, w.employer_uscc, w.employer_name, w.project_no, w.enter_date,
        w.leave_date
    FROM cert.site_worker AS w
    JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
),
placed AS (
    SELECT r.employer_uscc, r.employer_name, r.project_no, c.check_id, c.person_id, c.check_date, c.excuse, c.is_schooled
    FROM cards AS c
    JOIN roster AS r ON r.worker_id = c.worker_id
    UNION
    SELECT r.employer_uscc, r.employer_name, r.project_no, c.check_id, c.person_id, c.check_date, c.excuse, c.is_schooled
    FROM cards AS c
    JOIN roster AS r ON r.person_id = c.person_id
        AND c.check_date >= r.enter_date AND c.check_date <= coalesce(r.leave_date, c.check_date)
),
spans AS (
    SELECT
        a.employer_uscc, a.check_date AS first_day, max(p.check_date) AS last_day, min(p.employer_name) AS employer_name,
        count(DISTINCT p.person_id) AS persons,
        count(DISTINCT CASE WHEN p.excuse IS NULL THEN p.person_id END) AS bad_persons,
        count(DISTINCT CASE WHEN p.excuse IS NULL AND NOT p.is_schooled THEN p.person_id END) AS knowing_persons,
        count(DISTINCT p.project_no) AS project_count,
        min(p.excuse) AS excuse
    FROM (SELECT DISTINCT employer_uscc, check_date FROM placed) AS a
    JOIN placed AS p ON p.employer_uscc = a.employer_uscc
        AND p.check_date >= a.check_date AND p.check_date < a.check_date + $cluster_days
    GROUP BY a.employer_uscc, a.check_date
)
SELECT
    employer_uscc AS subject_id,
    first_day AS occurred_from,
    last_day AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN bad_persons < $cluster_persons THEN excuse
        WHEN knowing_persons < $cluster_persons THEN 'VICTIM_OF_SCHOOL'
    END AS exclusion_code,
    employer_name,
    bad_persons,
    bad_persons - knowing_persons AS victims,
    persons - bad_persons AS excused_persons,
    project_count
FROM spans
WHERE persons >= $cluster_persons
QUALIFY row_number() OVER (PARTITION BY employer_uscc ORDER BY bad_persons DESC, persons DESC, first_day) = 1  -- unique: 一单位一日一行

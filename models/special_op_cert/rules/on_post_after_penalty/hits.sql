-- C10 罚后仍在岗：因假证、无证被罚过的人，罚后没有取得有效证件又上特种作业岗。
-- 处罚决定当日不算；同一人多次被罚的，各算到下一次决定当日为止。
-- 已检验的合理解释：处罚已撤销、新取得应急证、住建证、市监证、另册证、旧类别名称、旧号码、上岗后才撤销、做普工、
-- 外籍证件、平台滞后、上岗晚于底册导出。
WITH penalty AS (
    SELECT
        p.doc_no, p.org_name, d.person_id, p.cause, p.fine_yuan, p.decide_date, p.status, p.status_date,
        lead(p.decide_date) OVER (PARTITION BY d.person_id ORDER BY p.decide_date, p.doc_no) AS next_date  -- unique: 文号唯一
    FROM cert.admin_penalty AS p
    JOIN marts.cert_id_document AS d ON d.id_no = p.party_id
    WHERE p.party_kind = '个人' AND regexp_matches(p.cause, $unqualified_cause_pattern)
),
worked AS (
    SELECT p.doc_no, p.person_id, p.status, a.worker_id, a.id_type, a.day, a.trade, a.is_labour
    FROM penalty AS p
    JOIN marts.cert_special_day AS a
        ON a.person_id = p.person_id AND a.day > p.decide_date AND a.day <= coalesce(p.next_date, a.day)
),
covered AS (
    SELECT
        w.worker_id, w.day,
        min(CASE
            WHEN r.status IN ('撤销', '注销') THEN 'CANCELLED_LATER'
            WHEN r.register = '住建' THEN 'HOUSING_CERT'
            WHEN r.register = '市监' THEN 'SAMR_CERT'
            WHEN r.register <> '应急' THEN 'OTHER_REGISTER'
            WHEN r.category_written <> r.category THEN 'CATEGORY_RENAMED'
            WHEN r.is_former THEN 'ID_CHANGED'
            ELSE 'NEW_CERT'
        END) AS code
    FROM worked AS w
    JOIN marts.cert_requirement AS q ON q.trade = w.trade
    JOIN marts.cert_register AS r
        ON r.person_id = w.person_id AND r.register = q.register AND r.category = q.work_category
        AND w.day >= r.valid_from
        AND w.day <= coalesce(
            r.valid_to,
            CASE WHEN r.register = '应急' THEN CAST(r.valid_from + INTERVAL ($validity_years) YEAR AS DATE) END,
            w.day
        )
        AND (r.status NOT IN ('撤销', '注销') OR r.status_date > w.day)
    GROUP BY w.worker_id, w.day
),
trade_dates AS (
    SELECT trade, min(as_of) AS as_of
    FROM marts.cert_requirement
    GROUP BY trade
),
fresh_cards AS (
    SELECT c.person_id, q.trade, min(c.valid_from) AS valid_from
    FROM marts.cert_card AS c
    JOIN marts.cert_requirement AS q ON q.register = c.cert_system AND q.work_category = c.category
    WHERE datediff('day', c.valid_from, q.as_of) <= $platform_lag_days
    GROUP BY c.person_id, q.trade
),
coded AS (
    SELECT
        w.doc_no, w.worker_id, w.trade, w.day, g.as_of,
        CASE
            WHEN w.status = '已撤销' THEN 'PENALTY_REVOKED'
            WHEN v.code IS NOT NULL THEN v.code
            WHEN w.is_labour THEN 'WORKED_AS_LABOURER'
            WHEN w.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
            WHEN f.valid_from <= w.day THEN 'PLATFORM_LAG'
            WHEN g.as_of IS NULL OR w.day > g.as_of THEN 'REGISTER_STALE'
        END AS code
    FROM worked AS w
    JOIN trade_dates AS g ON g.trade = w.trade
    LEFT JOIN covered AS v ON v.worker_id = w.worker_id AND v.day = w.day
    LEFT JOIN fresh_cards AS f ON f.person_id = w.person_id AND f.trade = w.trade
),
totals AS (
    SELECT
        doc_no, code IS NULL AS is_bare, min(code) AS code, min(as_of) AS as_of, count(DISTINCT day) AS days_on_post,
        min(day) AS first_day, max(day) AS last_day, min(trade) AS trade, min(worker_id) AS worker_id
    FROM coded
    GROUP BY doc_no, code IS NULL
),
judged AS (
    SELECT doc_no, code, as_of, days_on_post, first_day, last_day, trade, worker_id
    FROM totals
    WHERE days_on_post >= $min_days_on_post
    QUALIFY row_number() OVER (PARTITION BY doc_no ORDER BY is_bare DESC) = 1  -- unique: 每份决定至多两行
)
SELECT
    p.person_id AS subject_id,
    j.first_day AS occurred_from,
    j.last_day AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    j.code AS exclusion_code,
    r.name AS person_name,
    p.doc_no,
    p.org_name,
    p.cause,
    p.fine_yuan,
    p.decide_date,
    p.status_date,
    j.trade,
    j.days_on_post,
    j.as_of AS register_as_of,
    j.worker_id,
    r.project_name,
    r.employer_name
FROM judged AS j
JOIN penalty AS p ON p.doc_no = j.doc_no
JOIN marts.cert_worker AS r ON r.worker_id = j.worker_id

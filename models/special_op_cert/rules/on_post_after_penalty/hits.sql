-- C10 罚后仍在岗：因假证、无证被罚过的人，罚后没有取得有效证件又上特种作业岗。
-- 处罚决定当日不算；同一人多次被罚的，各算到下一次决定当日为止。
-- 已检验的合理解释：处罚已撤销、新取得应急证、住建证、市监证、另册证、旧类别名称、旧号码、上岗后才撤销、做普工、
-- 外籍证件、平台滞后、上岗晚于底册导出。
WITH required AS (
    SELECT trade, register, work_category
    FROM cert.trade_category
),
special AS (
    SELECT DISTINCT trade
    FROM required
),
penalty AS (
    SELECT
        p.doc_no, p.org_name, coalesce(d.person_id, p.party_id) AS person_id, p.cause, p.fine_yuan, p.decide_date, p.status,
        p.status_date,
        lead(p.decide_date) OVER (PARTITION BY coalesce(d.person_id, p.party_id) ORDER BY p.decide_date, p.doc_no) AS next_date  -- unique: 文号唯一
    FROM cert.admin_penalty AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.party_id
    WHERE p.party_kind = '个人' AND regexp_matches(p.cause, $unqualified_cause_pattern)
),
roster AS (
    SELECT
        w.worker_id, w.name, w.id_type, w.project_name, w.employer_name, w.trade, w.enter_date,
        coalesce(d.person_id, w.id_no) AS person_id
    FROM cert.site_worker AS w
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
    WHERE coalesce(d.person_id, w.id_no) IN (SELECT person_id FROM penalty)
),
worked AS (
    SELECT
        p.doc_no, p.person_id, p.status, r.worker_id, r.id_type, a.day, coalesce(t.trade, s.trade) AS trade,
        CASE WHEN t.trade IS NULL THEN 1 ELSE 0 END AS is_labour
    FROM cert.attendance AS a
    JOIN roster AS r ON r.worker_id = a.worker_id
    JOIN penalty AS p ON p.person_id = r.person_id
    LEFT JOIN special AS s ON s.trade = r.trade
    LEFT JOIN special AS t ON t.trade = coalesce(a.day_trade, r.trade)
    WHERE a.day > p.decide_date AND a.day <= coalesce(p.next_date, a.day) AND (t.trade IS NOT NULL OR s.trade IS NOT NULL)
),
held AS (
    SELECT
        coalesce(d.person_id, r.id_no) AS person_id, q.trade, r.register, r.valid_from, r.status, r.status_date,
        CASE
            WHEN r.valid_to IS NULL AND r.register = '应急'
                THEN CAST(r.valid_from + INTERVAL ($validity_years) YEAR AS DATE)
            ELSE r.valid_to
        END AS valid_to,
        CASE
            WHEN r.register = '住建' THEN 'HOUSING_CERT'
            WHEN r.register = '市监' THEN 'SAMR_CERT'
            WHEN r.register <> '应急' THEN 'OTHER_REGISTER'
            WHEN r.category_written <> r.category THEN 'CATEGORY_RENAMED'
            WHEN d.is_former THEN 'ID_CHANGED'
            ELSE 'NEW_CERT'
        END AS code
    FROM marts.cert_register AS r
    JOIN required AS q ON q.register = r.register AND q.work_category = r.category
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = r.id_no
    WHERE coalesce(d.person_id, r.id_no) IN (SELECT person_id FROM penalty)
),
covered AS (
    SELECT
        w.doc_no, w.worker_id, w.day,
        min(CASE WHEN h.status IN ('撤销', '注销') THEN 'CANCELLED_LATER' ELSE h.code END) AS code
    FROM worked AS w
    JOIN held AS h ON h.person_id = w.person_id AND h.trade = w.trade
    WHERE w.day >= h.valid_from AND w.day <= coalesce(h.valid_to, w.day)
        AND (h.status NOT IN ('撤销', '注销') OR h.status_date > w.day)
    GROUP BY w.doc_no, w.worker_id, w.day
),
register_dates AS (
    SELECT register, max(as_of) AS as_of
    FROM marts.cert_register
    GROUP BY register
),
trade_dates AS (
    SELECT q.trade, min(g.as_of) AS as_of
    FROM required AS q
    JOIN register_dates AS g ON g.register = q.register
    GROUP BY q.trade
),
fresh_cards AS (
    SELECT coalesce(d.person_id, c.id_no) AS person_id, q.trade, min(c.valid_from) AS valid_from
    FROM cert.cert_presented AS c
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = c.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = c.work_category
    JOIN required AS q ON q.register = c.cert_system AND q.work_category = coalesce(n.new_category, c.work_category)
    JOIN register_dates AS g ON g.register = c.cert_system
    WHERE datediff('day', c.valid_from, g.as_of) <= $platform_lag_days
    GROUP BY coalesce(d.person_id, c.id_no), q.trade
),
coded AS (
    SELECT
        w.doc_no, w.person_id, w.worker_id, w.trade, w.day, g.as_of,
        CASE
            WHEN w.status = '已撤销' THEN 'PENALTY_REVOKED'
            WHEN v.code IS NOT NULL THEN v.code
            WHEN w.is_labour = 1 THEN 'WORKED_AS_LABOURER'
            WHEN w.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
            WHEN f.valid_from <= w.day THEN 'PLATFORM_LAG'
            WHEN g.as_of IS NULL OR w.day > g.as_of THEN 'REGISTER_STALE'
        END AS code
    FROM worked AS w
    LEFT JOIN covered AS v ON v.doc_no = w.doc_no AND v.worker_id = w.worker_id AND v.day = w.day
    LEFT JOIN fresh_cards AS f ON f.person_id = w.person_id AND f.trade = w.trade
    LEFT JOIN trade_dates AS g ON g.trade = w.trade
),
totals AS (
    SELECT
        doc_no, min(code) AS code, min(as_of) AS as_of,
        count(DISTINCT CASE WHEN code IS NULL THEN day END) AS bad_days,
        min(CASE WHEN code IS NULL THEN day END) AS bad_from,
        max(CASE WHEN code IS NULL THEN day END) AS bad_to,
        min(CASE WHEN code IS NULL THEN trade END) AS bad_trade,
        min(CASE WHEN code IS NULL THEN worker_id END) AS bad_worker,
        count(DISTINCT day) AS all_days, min(day) AS all_from, max(day) AS all_to, min(trade) AS all_trade,
        min(worker_id) AS all_worker
    FROM coded
    GROUP BY doc_no
),
judged AS (
    SELECT
        doc_no, as_of, bad_days >= $min_days_on_post AS is_bad, code,
        CASE WHEN bad_days >= $min_days_on_post THEN bad_from ELSE all_from END AS first_day,
        CASE WHEN bad_days >= $min_days_on_post THEN bad_to ELSE all_to END AS last_day,
        CASE WHEN bad_days >= $min_days_on_post THEN bad_days ELSE all_days END AS days_on_post,
        CASE WHEN bad_days >= $min_days_on_post THEN bad_trade ELSE all_trade END AS trade,
        CASE WHEN bad_days >= $min_days_on_post THEN bad_worker ELSE all_worker END AS worker_id
    FROM totals
    WHERE bad_days >= $min_days_on_post OR code IS NOT NULL
)
SELECT
    p.person_id AS subject_id,
    j.first_day AS occurred_from,
    j.last_day AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE WHEN j.is_bad THEN NULL ELSE j.code END AS exclusion_code,
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
JOIN roster AS r ON r.worker_id = j.worker_id

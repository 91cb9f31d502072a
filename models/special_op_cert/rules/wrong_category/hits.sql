-- C3 类别不符：花名册或当日工种属于特种作业，上岗当日各系统都没有登记该工种应持的证书。
-- Attendance is first reduced to first days; only workers off the platform on that day are looked at day by day. The
-- trade of the day, where the log has one, wins over the roster's.
-- Look-alikes named: housing / market / other register, renamed category, 15-digit or changed id number, worked as a
-- labourer only, foreign document, card issued within the platform's lag, register older than the work.
WITH required AS (
    SELECT trade, register, work_category
    FROM cert.trade_category
),
special AS (
    SELECT
        trade,
        coalesce(
            min(CASE WHEN register = '应急' THEN register || '系统“' || work_category || '”' END),
            min(register || '系统“' || work_category || '”')
        ) AS required_cert
    FROM required
    GROUP BY trade
),
held AS (
    SELECT
        r.register, r.category, r.category_written, r.first_issue, r.id_no, d.is_former,
        coalesce(d.person_id, r.id_no) AS person_id
    FROM marts.cert_register AS r
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = r.id_no
),
covers AS (
    SELECT
        h.person_id, q.trade, h.first_issue,
        CASE
            WHEN h.register = '住建' THEN 'HOUSING_CERT'
            WHEN h.register = '市监' THEN 'SAMR_CERT'
            WHEN h.register IN ('煤矿', '军工') THEN 'OTHER_REGISTER'
            WHEN h.category <> h.category_written THEN 'CATEGORY_RENAMED'
            WHEN h.is_former THEN 'ID_CHANGED'
            WHEN regexp_matches(h.id_no, '^[0-9]{15}$') THEN 'ID_15_DIGIT'
        END AS code
    FROM held AS h
    JOIN required AS q ON q.register = h.register AND q.work_category = h.category
),
earliest AS (
    SELECT
        person_id, trade,
        min(CASE WHEN code IS NULL THEN first_issue END) AS official_from,
        min(first_issue) AS any_from,
        min(code) AS code
    FROM covers
    GROUP BY person_id, trade
),
roster AS (
    SELECT
        w.worker_id, w.name, w.id_type, w.project_name, w.employer_name, w.trade, w.enter_date,
        coalesce(d.person_id, w.id_no) AS person_id
    FROM cert.site_worker AS w
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
),
spans AS (
    SELECT worker_id, coalesce(day_trade, '') AS day_trade, min(day) AS first_day
    FROM cert.attendance
    GROUP BY worker_id, coalesce(day_trade, '')
),
posts AS (
    SELECT
        p.worker_id, p.day_trade, r.person_id, coalesce(t.trade, s.trade) AS trade,
        CASE WHEN t.trade IS NULL THEN 1 ELSE 0 END AS is_labour,
        e.code, e.any_from, e.official_from
    FROM spans AS p
    JOIN roster AS r ON r.worker_id = p.worker_id
    LEFT JOIN special AS s ON s.trade = r.trade
    LEFT JOIN special AS t ON t.trade = CASE WHEN p.day_trade = '' THEN r.trade ELSE p.day_trade END
    LEFT JOIN earliest AS e ON e.person_id = r.person_id AND e.trade = coalesce(t.trade, s.trade)
    WHERE (t.trade IS NOT NULL OR s.trade IS NOT NULL) AND (e.official_from IS NULL OR p.first_day < e.official_from)
),
judged AS (
    SELECT
        p.person_id, p.trade, a.day, p.is_labour, p.code,
        CASE WHEN p.any_from IS NULL OR a.day < p.any_from THEN 1 ELSE 0 END AS is_bare,
        CASE WHEN p.official_from IS NULL OR a.day < p.official_from THEN 1 ELSE 0 END AS is_off_platform
    FROM cert.attendance AS a
    JOIN posts AS p ON p.worker_id = a.worker_id AND p.day_trade = coalesce(a.day_trade, '')
),
totals AS (
    SELECT
        person_id, trade, min(code) AS code,
        count(DISTINCT CASE WHEN is_bare = 1 AND is_labour = 0 THEN day END) AS bare_days,
        min(CASE WHEN is_bare = 1 AND is_labour = 0 THEN day END) AS bare_from,
        max(CASE WHEN is_bare = 1 AND is_labour = 0 THEN day END) AS bare_to,
        count(DISTINCT CASE WHEN is_labour = 0 THEN day END) AS other_days,
        min(CASE WHEN is_labour = 0 THEN day END) AS other_from,
        max(CASE WHEN is_labour = 0 THEN day END) AS other_to,
        count(DISTINCT CASE WHEN is_bare = 1 AND is_labour = 1 THEN day END) AS labour_days,
        min(CASE WHEN is_bare = 1 AND is_labour = 1 THEN day END) AS labour_from,
        max(CASE WHEN is_bare = 1 AND is_labour = 1 THEN day END) AS labour_to
    FROM judged
    WHERE is_off_platform = 1
    GROUP BY person_id, trade
),
suspects AS (
    SELECT
        person_id, trade,
        CASE
            WHEN bare_days >= $min_days_on_post THEN '未持证上岗'
            WHEN other_days > bare_days THEN '应急平台无登记'
            WHEN labour_days > 0 THEN '未从事特种作业'
        END AS finding,
        code, bare_days, bare_from, bare_to, other_days, other_from, other_to, labour_days, labour_from, labour_to
    FROM totals
    WHERE bare_days >= $min_days_on_post OR other_days > bare_days OR labour_days > 0
),
latest_post AS (
    SELECT person_id, worker_id, name, id_type, project_name, employer_name, trade
    FROM roster
    WHERE person_id IN (SELECT person_id FROM suspects)
    QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY enter_date DESC, worker_id) = 1
),
register_dates AS (
    SELECT register, max(as_of) AS as_of
    FROM marts.cert_register
    GROUP BY register
),
trade_dates AS (
    SELECT q.trade, min(g.as_of) AS as_of, count(DISTINCT q.register) - count(DISTINCT g.register) AS lacking
    FROM required AS q
    LEFT JOIN register_dates AS g ON g.register = q.register
    WHERE q.register IN ('应急', '住建', '市监')
    GROUP BY q.trade
),
fresh_cards AS (
    SELECT coalesce(d.person_id, p.id_no) AS person_id, q.trade, min(p.first_issue) AS issued
    FROM cert.cert_presented AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = p.work_category
    JOIN required AS q ON q.register = p.cert_system AND q.work_category = coalesce(n.new_category, p.work_category)
    JOIN register_dates AS g ON g.register = p.cert_system
    WHERE datediff('day', p.first_issue, g.as_of) <= $platform_lag_days
    GROUP BY coalesce(d.person_id, p.id_no), q.trade
),
holdings AS (
    SELECT person_id, min(register || '：' || category) AS other_category
    FROM held
    GROUP BY person_id
)
SELECT
    s.person_id AS subject_id,
    CASE s.finding WHEN '未持证上岗' THEN s.bare_from WHEN '应急平台无登记' THEN s.other_from ELSE s.labour_from END
        AS occurred_from,
    CASE s.finding WHEN '未持证上岗' THEN s.bare_to WHEN '应急平台无登记' THEN s.other_to ELSE s.labour_to END
        AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN s.finding = '应急平台无登记' THEN s.code
        WHEN s.finding = '未从事特种作业' THEN 'WORKED_AS_LABOURER'
        WHEN l.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
        WHEN f.issued <= s.bare_from THEN 'PLATFORM_LAG'
        WHEN t.lacking > 0 OR t.as_of IS NULL OR t.as_of < s.bare_from THEN 'REGISTER_STALE'
    END AS exclusion_code,
    l.name AS person_name,
    s.trade,
    p.required_cert,
    coalesce(h.other_category, '没有登记任何证书') AS register_holds,
    CASE s.finding WHEN '未持证上岗' THEN s.bare_days WHEN '应急平台无登记' THEN s.other_days ELSE s.labour_days END
        AS days_on_post,
    s.finding,
    t.as_of AS register_as_of,
    l.worker_id,
    l.project_name,
    l.employer_name
FROM suspects AS s
JOIN special AS p ON p.trade = s.trade
JOIN latest_post AS l ON l.person_id = s.person_id
LEFT JOIN trade_dates AS t ON t.trade = s.trade
LEFT JOIN fresh_cards AS f ON f.person_id = s.person_id AND f.trade = s.trade
LEFT JOIN holdings AS h ON h.person_id = s.person_id

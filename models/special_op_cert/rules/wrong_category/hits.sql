-- C3 类别不符：花名册或当日工种属于特种作业，上岗当日各系统都没有登记该工种应持的证书。
-- The trade of the day, where the log has one, wins over the roster's. Of one person and trade the bare days are told,
-- else those with a certificate outside of the platform, else those spent as a labourer.
-- Look-alikes named: housing / market / other register, renamed category, 15-digit or changed id number, worked as a
-- labourer only, foreign document, card issued within the platform's lag, register older than the work.
WITH special AS (
    SELECT
        trade,
        coalesce(
            min(CASE WHEN register = '应急' THEN register || '系统“' || work_category || '”' END),
            min(register || '系统“' || work_category || '”')
        ) AS required_cert
    FROM marts.cert_requirement
    GROUP BY trade
),
covers AS (
    SELECT
        r.person_id, q.trade, r.first_issue,
        CASE
            WHEN r.register = '住建' THEN 'HOUSING_CERT'
            WHEN r.register = '市监' THEN 'SAMR_CERT'
            WHEN r.register <> '应急' THEN 'OTHER_REGISTER'
            WHEN r.category <> r.category_written THEN 'CATEGORY_RENAMED'
            WHEN r.is_former THEN 'ID_CHANGED'
            WHEN r.id_no <> r.id18 THEN 'ID_15_DIGIT'
        END AS code
    FROM marts.cert_requirement AS q
    JOIN marts.cert_register AS r ON r.register = q.register AND r.category = q.work_category
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
off_platform AS (
    SELECT a.person_id, a.trade, a.day, a.is_labour, coalesce(a.day < e.any_from, TRUE) AS is_bare, e.code
    FROM marts.cert_special_day AS a
    LEFT JOIN earliest AS e ON e.person_id = a.person_id AND e.trade = a.trade
    WHERE coalesce(a.day < e.official_from, TRUE)
),
totals AS (
    SELECT
        person_id, trade, is_labour, is_bare, code, count(DISTINCT day) AS days_on_post, min(day) AS first_day,
        max(day) AS last_day
    FROM off_platform
    WHERE is_bare OR NOT is_labour
    GROUP BY person_id, trade, is_labour, is_bare, code
),
suspects AS (
    SELECT person_id, trade, is_labour, is_bare, code, days_on_post, first_day, last_day
    FROM totals
    WHERE days_on_post >= $min_days_on_post
    QUALIFY row_number() OVER (PARTITION BY person_id, trade ORDER BY is_labour, is_bare DESC) = 1  -- unique: 一人一工种各一组
),
trade_dates AS (
    SELECT trade, min(as_of) AS as_of, count(*) > count(as_of) AS is_lacking
    FROM marts.cert_requirement
    WHERE register IN ('应急', '住建', '市监')
    GROUP BY trade
),
fresh_cards AS (
    SELECT c.person_id, q.trade, min(c.first_issue) AS issued
    FROM marts.cert_card AS c
    JOIN marts.cert_requirement AS q ON q.register = c.cert_system AND q.work_category = c.category
    WHERE datediff('day', c.first_issue, q.as_of) <= $platform_lag_days
    GROUP BY c.person_id, q.trade
),
holdings AS (
    SELECT person_id, min(register || '：' || category) AS other_category
    FROM marts.cert_register
    GROUP BY person_id
)
SELECT
    s.person_id AS subject_id,
    s.first_day AS occurred_from,
    s.last_day AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN NOT s.is_bare THEN s.code
        WHEN s.is_labour THEN 'WORKED_AS_LABOURER'
        WHEN l.id_type <> '居民身份证' THEN 'FOREIGN_DOCUMENT'
        WHEN f.issued <= s.first_day THEN 'PLATFORM_LAG'
        WHEN coalesce(t.is_lacking, TRUE) OR t.as_of < s.first_day THEN 'REGISTER_STALE'
    END AS exclusion_code,
    l.name AS person_name,
    s.trade,
    p.required_cert,
    coalesce(h.other_category, '没有登记任何证书') AS register_holds,
    s.days_on_post,
    CASE WHEN NOT s.is_bare THEN '应急平台无登记' WHEN s.is_labour THEN '未从事特种作业' ELSE '未持证上岗' END AS finding,
    t.as_of AS register_as_of,
    l.worker_id,
    l.project_name,
    l.employer_name
FROM suspects AS s
JOIN special AS p ON p.trade = s.trade
JOIN marts.cert_worker AS l ON l.person_id = s.person_id AND l.is_latest
LEFT JOIN trade_dates AS t ON t.trade = s.trade
LEFT JOIN fresh_cards AS f ON f.person_id = s.person_id AND f.trade = s.trade
LEFT JOIN holdings AS h ON h.person_id = s.person_id

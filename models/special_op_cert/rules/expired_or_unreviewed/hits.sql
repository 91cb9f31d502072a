-- C4 过期、未复审、已撤销：登记过该工种应持证书的人，上岗当日没有一本证书仍然有效。
-- Only people with a doubtful register row are looked at day by day.
-- Look-alikes named: renewed during the period, another register's certificate, renewed under a new id number or a new
-- category name, cancelled after the work day, official extension, worked as a labourer, renewal within the
-- platform's lag, work after the register was exported.
WITH required AS (
    SELECT trade, register, work_category
    FROM cert.trade_category
),
special AS (
    SELECT DISTINCT trade
    FROM required
),
held AS (
    SELECT
        r.register, r.cert_no, r.category, r.category_written, r.first_issue, r.valid_from, r.review_done, r.status, r.status_date,
        r.as_of,
        CASE
            WHEN r.valid_to IS NULL AND r.register = '应急'
                THEN CAST(r.valid_from + INTERVAL ($validity_years) YEAR AS DATE)
            ELSE r.valid_to
        END AS valid_to,
        CASE
            WHEN r.review_due IS NULL AND r.register = '应急'
                THEN CAST(r.valid_from + INTERVAL ($review_years) YEAR AS DATE)
            ELSE r.review_due
        END AS review_due,
        d.is_former, coalesce(d.person_id, r.id_no) AS person_id
    FROM marts.cert_register AS r
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = r.id_no
),
certificates AS (
    SELECT
        h.person_id, q.trade, h.register, h.cert_no, h.category, h.category_written, h.first_issue, h.valid_from, h.valid_to,
        h.review_due, h.review_done, h.status, h.status_date, h.as_of, h.is_former
    FROM held AS h
    JOIN required AS q ON q.register = h.register AND q.work_category = h.category
),
doubtful AS (
    SELECT DISTINCT person_id, trade
    FROM certificates
    WHERE status IN ('撤销', '注销') OR valid_to < $as_of
        OR (review_due < $as_of AND (review_done IS NULL OR review_done > review_due))
),
extended AS (
    SELECT
        c.person_id, c.trade, c.register, c.cert_no, c.category_written <> c.category AS is_old_name, c.is_former,
        c.first_issue, c.valid_from, c.valid_to, c.review_due, c.review_done, c.status, c.status_date, c.as_of,
        n.region_prefix,
        CASE WHEN n.kind <> '复审' AND c.valid_to BETWEEN n.lapse_from AND n.lapse_to THEN n.extended_to END AS extra_valid_to,
        CASE WHEN n.kind <> '有效期' AND c.review_due BETWEEN n.lapse_from AND n.lapse_to THEN n.extended_to END
            AS extra_review_due
    FROM certificates AS c
    JOIN doubtful AS b ON b.person_id = c.person_id AND b.trade = c.trade
    LEFT JOIN cert.extension_notice AS n
        ON n.register = c.register
        AND (c.valid_to BETWEEN n.lapse_from AND n.lapse_to OR c.review_due BETWEEN n.lapse_from AND n.lapse_to)
),
roster AS (
    SELECT
        w.worker_id, w.name, w.project_name, w.employer_name, w.site_region, w.trade, w.enter_date,
        coalesce(d.person_id, w.id_no) AS person_id
    FROM cert.site_worker AS w
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
    WHERE coalesce(d.person_id, w.id_no) IN (SELECT person_id FROM doubtful)
),
lines AS (
    SELECT
        r.person_id, r.site_region, a.day,
        coalesce(t.trade, s.trade) AS trade,
        min(CASE WHEN t.trade IS NULL THEN 1 ELSE 0 END) AS is_labour
    FROM cert.attendance AS a
    JOIN roster AS r ON r.worker_id = a.worker_id
    LEFT JOIN special AS s ON s.trade = r.trade
    LEFT JOIN special AS t ON t.trade = coalesce(a.day_trade, r.trade)
    WHERE t.trade IS NOT NULL OR s.trade IS NOT NULL
    GROUP BY r.person_id, r.site_region, a.day, coalesce(t.trade, s.trade)
),
states AS (
    SELECT
        l.person_id, l.trade, l.day, l.is_labour, e.register, e.as_of, e.is_old_name, e.is_former,
        l.day BETWEEN e.valid_from AND e.valid_to AS is_in_term,
        e.review_due IS NULL OR l.day <= e.review_due OR coalesce(e.review_done <= l.day, FALSE) AS is_reviewed,
        e.status IN ('撤销', '注销') AS is_cancelled,
        e.status IN ('撤销', '注销') AND e.status_date <= l.day AS is_dead,
        coalesce(e.extra_valid_to >= l.day AND starts_with(l.site_region, e.region_prefix), FALSE) AS is_term_extended,
        coalesce(e.extra_review_due >= l.day AND starts_with(l.site_region, e.region_prefix), FALSE) AS is_review_extended
    FROM lines AS l
    JOIN extended AS e ON e.person_id = l.person_id AND e.trade = l.trade
    WHERE e.first_issue <= l.day AND e.valid_from <= l.day
),
days AS (
    SELECT
        person_id, trade, day, is_labour, max(as_of) AS as_of,
        max(CASE WHEN is_in_term AND is_reviewed AND NOT is_cancelled THEN 0 ELSE 1 END) AS is_bad,
        max(CASE WHEN is_in_term AND is_reviewed AND NOT is_cancelled AND register = '应急' THEN 1 ELSE 0 END) AS is_official,
        max(CASE WHEN is_in_term AND is_reviewed AND NOT is_cancelled AND register = '住建' THEN 1 ELSE 0 END) AS is_housing,
        max(CASE WHEN is_in_term AND is_reviewed AND NOT is_cancelled AND register = '市监' THEN 1 ELSE 0 END) AS is_samr,
        max(CASE WHEN is_in_term AND is_reviewed AND NOT is_cancelled AND register IN ('煤矿', '军工') THEN 1 ELSE 0 END)
            AS is_other,
        max(CASE WHEN register <> '应急' THEN 1 ELSE 0 END) AS has_other_register,
        max(CASE WHEN register = '应急' THEN 1 ELSE 0 END) AS has_official,
        max(CASE WHEN is_old_name AND NOT (is_in_term AND is_reviewed) THEN 1 ELSE 0 END) AS is_old_name,
        max(CASE WHEN is_former AND NOT (is_in_term AND is_reviewed) THEN 1 ELSE 0 END) AS is_former,
        max(CASE WHEN is_in_term AND is_reviewed AND is_cancelled AND NOT is_dead THEN 1 ELSE 0 END) AS is_cancelled_later,
        max(CASE WHEN (is_in_term OR is_term_extended) AND (is_reviewed OR is_review_extended) AND NOT is_dead THEN 1 ELSE 0 END)
            AS is_good_when_extended,
        min(CASE WHEN is_in_term THEN 0 ELSE 1 END) AS is_expired,
        min(CASE WHEN is_dead THEN 1 ELSE 0 END) AS is_dead
    FROM states
    GROUP BY person_id, trade, day, is_labour
),
register_dates AS (
    SELECT register, max(as_of) AS as_of
    FROM marts.cert_register
    GROUP BY register
),
fresh_cards AS (
    SELECT
        coalesce(d.person_id, p.id_no) AS person_id, q.trade,
        min(CASE
            WHEN datediff('day', p.valid_from, g.as_of) <= $platform_lag_days THEN p.valid_from
            WHEN datediff('day', p.review_done, g.as_of) <= $platform_lag_days THEN p.review_done
        END) AS renewed_on
    FROM cert.cert_presented AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = p.work_category
    JOIN required AS q ON q.register = p.cert_system AND q.work_category = coalesce(n.new_category, p.work_category)
    JOIN register_dates AS g ON g.register = p.cert_system
    GROUP BY coalesce(d.person_id, p.id_no), q.trade
),
coded AS (
    SELECT
        d.person_id, d.trade, d.day, d.as_of, d.is_expired, d.is_dead,
        CASE
            WHEN d.is_official = 1 AND d.is_old_name = 1 THEN 'CATEGORY_RENAMED'
            WHEN d.is_official = 1 AND d.is_former = 1 THEN 'ID_CHANGED'
            WHEN d.is_official = 1 THEN 'RENEWED'
            WHEN d.is_housing = 1 AND d.has_official = 1 THEN 'HOUSING_CERT'
            WHEN d.is_samr = 1 AND d.has_official = 1 THEN 'SAMR_CERT'
            WHEN d.is_other = 1 AND d.has_official = 1 THEN 'OTHER_REGISTER'
            WHEN d.is_housing = 1 OR d.is_samr = 1 OR d.is_other = 1 THEN 'RENEWED'
            WHEN d.is_cancelled_later = 1 THEN 'CANCELLED_LATER'
            WHEN d.is_good_when_extended = 1 THEN 'OFFICIAL_EXTENSION'
            WHEN d.is_labour = 1 THEN 'WORKED_AS_LABOURER'
            WHEN f.renewed_on <= d.day THEN 'PLATFORM_LAG'
            WHEN d.day > d.as_of THEN 'REGISTER_STALE'
        END AS code
    FROM days AS d
    LEFT JOIN fresh_cards AS f ON f.person_id = d.person_id AND f.trade = d.trade
    WHERE d.is_bad = 1
),
totals AS (
    SELECT
        person_id, trade, min(code) AS code, max(as_of) AS as_of,
        count(DISTINCT CASE WHEN code IS NULL THEN day END) AS bad_days,
        min(CASE WHEN code IS NULL THEN day END) AS bad_from,
        max(CASE WHEN code IS NULL THEN day END) AS bad_to,
        count(DISTINCT CASE WHEN code IS NULL AND is_dead = 1 THEN day END) AS dead_days,
        count(DISTINCT CASE WHEN code IS NULL AND is_dead = 0 AND is_expired = 1 THEN day END) AS expired_days,
        count(DISTINCT day) AS all_days,
        min(day) AS all_from,
        max(day) AS all_to
    FROM coded
    GROUP BY person_id, trade
),
latest_certificate AS (
    SELECT person_id, trade, register, cert_no, category, valid_from, valid_to, review_due, review_done, status, status_date
    FROM certificates
    WHERE person_id IN (SELECT person_id FROM totals)
    QUALIFY row_number() OVER (PARTITION BY person_id, trade ORDER BY valid_to DESC, valid_from DESC, register, cert_no) = 1
),
latest_post AS (
    SELECT person_id, worker_id, name, project_name, employer_name
    FROM roster
    QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY enter_date DESC, worker_id) = 1
)
SELECT
    t.person_id AS subject_id,
    CASE WHEN t.bad_days >= $min_days_on_post THEN t.bad_from ELSE t.all_from END AS occurred_from,
    CASE WHEN t.bad_days >= $min_days_on_post THEN t.bad_to ELSE t.all_to END AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE WHEN t.bad_days < $min_days_on_post THEN t.code END AS exclusion_code,
    l.name AS person_name,
    t.trade,
    CASE
        WHEN t.dead_days > 0 THEN '证书已被撤销或注销'
        WHEN t.expired_days > 0 THEN '证书已过有效期'
        ELSE '证书到期未复审'
    END AS reason,
    CASE WHEN t.bad_days >= $min_days_on_post THEN t.bad_days ELSE t.all_days END AS days_on_post,
    c.register,
    c.cert_no AS register_cert_no,
    c.category AS register_category,
    c.valid_to AS register_valid_to,
    c.review_due AS register_review_due,
    c.review_done AS register_review_done,
    c.status AS register_status,
    c.status_date AS register_status_date,
    t.as_of AS register_as_of,
    l.worker_id,
    l.project_name,
    l.employer_name
FROM totals AS t
JOIN latest_certificate AS c ON c.person_id = t.person_id AND c.trade = t.trade
JOIN latest_post AS l ON l.person_id = t.person_id
WHERE t.bad_days >= $min_days_on_post OR t.code IS NOT NULL

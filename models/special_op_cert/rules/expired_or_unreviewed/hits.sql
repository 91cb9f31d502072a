-- C4 过期、未复审、已撤销：登记过该工种应持证书的人，上岗当日没有一本证书仍然有效。
-- Days with a certificate that was not good are looked at; what else the person held on that day may excuse them.
-- Look-alikes named: renewed during the period, another register's certificate, renewed under a new id number or a new
-- category name, cancelled after the work day, official extension, worked as a labourer, renewal within the
-- platform's lag, work after the register was exported.
WITH certificates AS (
    SELECT
        r.person_id, q.trade, r.register, r.cert_no, r.category, r.category_written <> r.category AS is_old_name, r.is_former,
        r.valid_from, r.review_done, r.status, r.status_date, r.as_of,
        coalesce(
            r.valid_to,
            CASE WHEN r.register = '应急' THEN CAST(r.valid_from + INTERVAL ($validity_years) YEAR AS DATE) END
        ) AS valid_to,
        coalesce(
            r.review_due,
            CASE WHEN r.register = '应急' THEN CAST(r.valid_from + INTERVAL ($review_years) YEAR AS DATE) END
        ) AS review_due
    FROM marts.cert_register AS r
    JOIN marts.cert_requirement AS q ON q.register = r.register AND q.work_category = r.category
),
states AS (
    SELECT
        a.person_id, a.trade, a.day, a.is_labour, a.site_region, c.register, c.is_old_name, c.is_former, c.valid_to,
        c.review_due, c.as_of,
        coalesce(a.day > c.valid_to, FALSE) AS is_lapsed,
        coalesce(a.day > c.review_due, FALSE) AND coalesce(a.day < c.review_done, TRUE) AS is_unreviewed,
        c.status IN ('撤销', '注销') AS is_cancelled,
        c.status IN ('撤销', '注销') AND c.status_date <= a.day AS is_dead
    FROM marts.cert_special_day AS a
    JOIN certificates AS c ON c.person_id = a.person_id AND c.trade = a.trade AND a.day >= c.valid_from
),
bad_days AS (
    SELECT
        s.person_id, s.trade, s.day, s.is_labour, max(s.as_of) AS as_of,
        max(s.register = '应急') AS is_official,
        max(s.is_old_name) AS is_old_name,
        max(s.is_former) AS is_former,
        max(NOT s.is_dead AND NOT s.is_lapsed AND NOT s.is_unreviewed) AS is_cancelled_later,
        max(
            NOT s.is_dead AND (NOT s.is_lapsed OR t.register IS NOT NULL) AND (NOT s.is_unreviewed OR v.register IS NOT NULL)
        ) AS is_extended,
        max(CASE WHEN s.is_dead THEN 0 WHEN s.is_lapsed THEN 1 ELSE 2 END) AS mildest  -- literal: 轻重次序
    FROM states AS s
    LEFT JOIN cert.extension_notice AS t
        ON t.register = s.register AND t.kind <> '复审' AND s.valid_to BETWEEN t.lapse_from AND t.lapse_to
        AND t.extended_to >= s.day AND starts_with(s.site_region, t.region_prefix)
    LEFT JOIN cert.extension_notice AS v
        ON v.register = s.register AND v.kind <> '有效期' AND s.review_due BETWEEN v.lapse_from AND v.lapse_to
        AND v.extended_to >= s.day AND starts_with(s.site_region, v.region_prefix)
    WHERE s.is_lapsed OR s.is_unreviewed OR s.is_cancelled
    GROUP BY s.person_id, s.trade, s.day, s.is_labour
),
good_days AS (
    SELECT
        b.person_id, b.trade, b.day,
        min(CASE
            WHEN c.register = '应急' THEN 0
            WHEN c.register = '住建' THEN 1
            WHEN c.register = '市监' THEN 2  -- literal: 次序
            ELSE 3  -- literal: 次序
        END) AS place
    FROM bad_days AS b
    JOIN certificates AS c
        ON c.person_id = b.person_id AND c.trade = b.trade
        AND b.day BETWEEN c.valid_from AND coalesce(c.valid_to, b.day)
        AND (b.day <= coalesce(c.review_due, b.day) OR b.day >= c.review_done)
        AND c.status NOT IN ('撤销', '注销')
    GROUP BY b.person_id, b.trade, b.day
),
fresh_cards AS (
    SELECT
        c.person_id, q.trade,
        min(CASE
            WHEN datediff('day', c.valid_from, q.as_of) <= $platform_lag_days THEN c.valid_from
            WHEN datediff('day', c.review_done, q.as_of) <= $platform_lag_days THEN c.review_done
        END) AS renewed_on
    FROM marts.cert_card AS c
    JOIN marts.cert_requirement AS q ON q.register = c.cert_system AND q.work_category = c.category
    GROUP BY c.person_id, q.trade
),
coded AS (
    SELECT
        b.person_id, b.trade, b.day, b.as_of, b.mildest,
        CASE
            WHEN g.place = 0 AND b.is_old_name THEN 'CATEGORY_RENAMED'
            WHEN g.place = 0 AND b.is_former THEN 'ID_CHANGED'
            WHEN g.place = 0 OR (g.place IS NOT NULL AND NOT b.is_official) THEN 'RENEWED'
            WHEN g.place = 1 THEN 'HOUSING_CERT'
            WHEN g.place = 2 THEN 'SAMR_CERT'  -- literal: 次序
            WHEN g.place IS NOT NULL THEN 'OTHER_REGISTER'
            WHEN b.is_cancelled_later THEN 'CANCELLED_LATER'
            WHEN b.is_extended THEN 'OFFICIAL_EXTENSION'
            WHEN b.is_labour THEN 'WORKED_AS_LABOURER'
            WHEN f.renewed_on <= b.day THEN 'PLATFORM_LAG'
            WHEN b.day > b.as_of THEN 'REGISTER_STALE'
        END AS code
    FROM bad_days AS b
    LEFT JOIN good_days AS g ON g.person_id = b.person_id AND g.trade = b.trade AND g.day = b.day
    LEFT JOIN fresh_cards AS f ON f.person_id = b.person_id AND f.trade = b.trade
),
totals AS (
    SELECT
        person_id, trade, code IS NULL AS is_bare, min(code) AS code, max(as_of) AS as_of, min(mildest) AS fault,
        count(DISTINCT day) AS days_on_post, min(day) AS first_day, max(day) AS last_day
    FROM coded
    GROUP BY person_id, trade, code IS NULL
),
told AS (
    SELECT
        t.person_id, t.trade, t.code, t.as_of, t.fault, t.days_on_post, t.first_day, t.last_day,
        c.register, c.cert_no, c.category, c.valid_to, c.review_due, c.review_done, c.status, c.status_date
    FROM totals AS t
    JOIN certificates AS c ON c.person_id = t.person_id AND c.trade = t.trade
    WHERE t.days_on_post >= $min_days_on_post
    QUALIFY row_number() OVER (  -- unique: 其余各列相同的，写出来也相同
        PARTITION BY t.person_id, t.trade
        ORDER BY t.is_bare DESC, c.valid_to DESC, c.valid_from DESC, c.register, c.cert_no, c.category, c.review_due,
            c.review_done, c.status, c.status_date
    ) = 1
)
SELECT
    t.person_id AS subject_id,
    t.first_day AS occurred_from,
    t.last_day AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    t.code AS exclusion_code,
    l.name AS person_name,
    t.trade,
    CASE WHEN t.fault = 0 THEN '证书已被撤销或注销' WHEN t.fault = 1 THEN '证书已过有效期' ELSE '证书到期未复审' END AS reason,
    t.days_on_post,
    t.register,
    t.cert_no AS register_cert_no,
    t.category AS register_category,
    t.valid_to AS register_valid_to,
    t.review_due AS register_review_due,
    t.review_done AS register_review_done,
    t.status AS register_status,
    t.status_date AS register_status_date,
    t.as_of AS register_as_of,
    l.worker_id,
    l.project_name,
    l.employer_name
FROM told AS t
JOIN marts.cert_worker AS l ON l.person_id = t.person_id AND l.is_latest

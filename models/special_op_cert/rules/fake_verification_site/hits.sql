-- C5 假网验证：证上二维码打开的网址，主机名不在官方查验域名之下，或已被认定为假冒网站。
-- The host is compared from its right end, label by label: cx-mem.gov.cn.top is not under mem.gov.cn.
-- Look-alikes named: a domain that was official when the card was issued, a government site missing from the list,
-- a mistyped official host on a card the register confirms, holder enrolled with a training school (flag).
WITH cards AS (
    SELECT
        p.check_id, p.name AS person_name, p.id_no, coalesce(d.person_id, p.id_no) AS person_id,
        p.cert_no, p.work_category, coalesce(n.new_category, p.work_category) AS category,
        p.issuer, p.first_issue, p.valid_from, p.valid_to, p.qr_url, p.check_date, p.checker_org, p.image_no,
        regexp_extract(lower(trim(p.qr_url)), '^(?:[a-z]+:/+)?(?:[^/?#@]*@)?([^/:?#@]+)', 1) AS host
    FROM cert.cert_presented AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = p.work_category
    WHERE p.qr_url IS NOT NULL
),
hosts AS (
    SELECT DISTINCT host
    FROM cards
    WHERE regexp_matches(host, '[.]')
),
official_hosts AS (
    SELECT h.host, o.domain, o.effective_from, o.effective_to
    FROM hosts AS h
    JOIN cert.official_domain AS o ON h.host = o.domain OR right(h.host, length(o.domain) + 1) = '.' || o.domain
),
fake_hosts AS (
    SELECT h.host, min(f.domain) AS fake_domain, min(f.first_seen) AS first_seen
    FROM hosts AS h
    JOIN cert.fake_domain AS f ON h.host = f.domain OR right(h.host, length(f.domain) + 1) = '.' || f.domain
    GROUP BY h.host
),
government_hosts AS (
    SELECT DISTINCT h.host
    FROM hosts AS h
    WHERE list_contains($government_suffixes, regexp_extract(h.host, '[^.]+[.][^.]+$'))
),
standing AS (
    SELECT
        c.check_id,
        max(CASE WHEN o.effective_from <= c.check_date AND (o.effective_to IS NULL OR o.effective_to >= c.check_date)
            THEN 1 ELSE 0 END) AS is_official,
        max(CASE WHEN o.effective_from <= c.valid_from AND (o.effective_to IS NULL OR o.effective_to >= c.valid_from)
            THEN 1 ELSE 0 END) AS was_official
    FROM cards AS c
    JOIN official_hosts AS o ON o.host = c.host
    GROUP BY c.check_id
),
suspects AS (
    SELECT
        c.check_id, c.person_name, c.id_no, c.person_id, c.cert_no, c.work_category, c.category, c.issuer, c.first_issue,
        c.valid_from, c.valid_to, c.qr_url, c.host, c.check_date, c.checker_org, c.image_no,
        f.fake_domain, f.first_seen, coalesce(s.was_official, 0) AS was_official
    FROM cards AS c
    JOIN hosts AS h ON h.host = c.host
    LEFT JOIN fake_hosts AS f ON f.host = c.host
    LEFT JOIN standing AS s ON s.check_id = c.check_id
    WHERE f.fake_domain IS NOT NULL OR coalesce(s.is_official, 0) = 0
),
confirmed AS (
    SELECT DISTINCT s.check_id
    FROM suspects AS s
    JOIN marts.cert_register AS r
        ON r.cert_no = s.cert_no AND r.name = s.person_name AND r.category = s.category
        AND r.valid_from = s.valid_from AND r.valid_to = s.valid_to
    JOIN marts.cert_id_document AS d ON d.id_no = r.id_no AND d.person_id = s.person_id
),
positions AS (
    SELECT k
    FROM (
        VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), -- literal: positions in a host name
        (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24) -- literal: positions in a host name
    ) AS v (k)
),
mistyped_hosts AS (
    SELECT DISTINCT s.host
    FROM (SELECT DISTINCT host FROM suspects WHERE fake_domain IS NULL) AS s
    CROSS JOIN cert.official_domain AS o
    CROSS JOIN positions AS p
    WHERE (length(o.domain) = length(s.host) AND left(o.domain, p.k - 1) = left(s.host, p.k - 1)
            AND substr(o.domain, p.k + 1) = substr(s.host, p.k + 1))
        OR (length(o.domain) = length(s.host) + 1 AND left(o.domain, p.k - 1) = left(s.host, p.k - 1)
            AND substr(o.domain, p.k + 1) = substr(s.host, p.k))
        OR (length(o.domain) + 1 = length(s.host) AND left(o.domain, p.k - 1) = left(s.host, p.k - 1)
            AND substr(o.domain, p.k) = substr(s.host, p.k + 1))
),
schooled AS (
    SELECT DISTINCT s.check_id
    FROM suspects AS s
    JOIN cert.training_enrolment AS t ON t.work_category = s.work_category
    JOIN marts.cert_id_document AS d ON d.id_no = t.id_no AND d.person_id = s.person_id
    WHERE t.paid_date <= s.check_date
        AND datediff('day', t.paid_date, coalesce(s.first_issue, s.check_date)) <= $school_window_days
),
roster AS (
    SELECT
        w.worker_id, coalesce(d.person_id, w.id_no) AS person_id, w.project_name, w.employer_name, w.trade, w.enter_date
    FROM cert.site_worker AS w
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
    WHERE coalesce(d.person_id, w.id_no) IN (SELECT person_id FROM suspects)
),
latest_post AS (
    SELECT person_id, project_name, employer_name, trade
    FROM roster
    QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY enter_date DESC, worker_id) = 1
)
SELECT
    s.person_id AS subject_id,
    s.check_date AS occurred_from,
    s.check_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN s.fake_domain IS NULL AND s.was_official = 1 THEN 'FORMER_OFFICIAL_DOMAIN'
        WHEN s.fake_domain IS NULL AND g.host IS NOT NULL THEN 'OTHER_GOV_SITE'
        WHEN s.fake_domain IS NULL AND m.host IS NOT NULL AND k.check_id IS NOT NULL THEN 'OCR_ERROR'
        WHEN t.check_id IS NOT NULL THEN 'VICTIM_OF_SCHOOL'
    END AS exclusion_code,
    s.check_id,
    s.person_name,
    s.cert_no,
    s.work_category AS card_category,
    s.issuer AS card_issuer,
    s.first_issue AS card_first_issue,
    s.valid_to AS card_valid_to,
    s.qr_url,
    s.host,
    CASE WHEN s.fake_domain IS NULL THEN '不在官方查验域名之下' ELSE '已被认定为假冒网站' END AS reason,
    s.first_seen AS fake_first_seen,
    CASE WHEN k.check_id IS NULL THEN '底册无一致记录' ELSE '底册有一致记录' END AS register_finding,
    s.check_date,
    s.checker_org,
    s.image_no,
    coalesce(l.project_name, '花名册无此人') AS project_name,
    l.employer_name,
    l.trade
FROM suspects AS s
LEFT JOIN government_hosts AS g ON g.host = s.host
LEFT JOIN mistyped_hosts AS m ON m.host = s.host
LEFT JOIN confirmed AS k ON k.check_id = s.check_id
LEFT JOIN schooled AS t ON t.check_id = s.check_id
LEFT JOIN latest_post AS l ON l.person_id = s.person_id

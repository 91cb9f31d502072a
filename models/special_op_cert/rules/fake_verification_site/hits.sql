-- C5 假网验证：证上二维码打开的网址，主机名不在官方查验域名之下，或已被认定为假冒网站。
-- The host is compared from its right end, label by label: cx-mem.gov.cn.top is not under mem.gov.cn.
-- Look-alikes named: a domain that was official when the card was issued, a government site missing from the list,
-- a mistyped official host on a card the register confirms, holder enrolled with a training school (flag).
WITH cards AS (
    SELECT
        check_id, name AS person_name, person_id, cert_no, work_category, issuer, first_issue, valid_from, valid_to, qr_url,
        check_date, checker_org, image_no, is_confirmed, enrolled_on,
        regexp_extract(lower(trim(qr_url)), '^(?:[a-z]+:/+)?(?:[^/?#@]*@)?([^/:?#@]+)', 1) AS host
    FROM marts.cert_card
),
hosts AS (
    SELECT host
    FROM cards
    WHERE regexp_matches(host, '[.]')
    GROUP BY host
),
fakes AS (
    SELECT h.host, min(f.first_seen) AS first_seen
    FROM hosts AS h
    LEFT JOIN cert.fake_domain AS f ON h.host = f.domain OR right(h.host, length(f.domain) + 1) = '.' || f.domain
    GROUP BY h.host
),
officials AS (
    SELECT f.host, f.first_seen, o.effective_from, o.effective_to
    FROM fakes AS f
    LEFT JOIN cert.official_domain AS o ON f.host = o.domain OR right(f.host, length(o.domain) + 1) = '.' || o.domain
),
standing AS (
    SELECT
        c.check_id, o.first_seen,
        max(CASE WHEN c.check_date BETWEEN o.effective_from AND coalesce(o.effective_to, c.check_date) THEN 1 END)
            AS is_official,
        max(CASE WHEN c.valid_from BETWEEN o.effective_from AND o.effective_to THEN 1 END)
            AS was_official
    FROM cards AS c
    JOIN officials AS o ON o.host = c.host
    GROUP BY c.check_id, o.first_seen
),
suspects AS (
    SELECT
        c.check_id, c.person_name, c.person_id, c.cert_no, c.work_category, c.issuer, c.first_issue, c.valid_to, c.qr_url,
        c.host, c.check_date, c.checker_org, c.image_no, c.is_confirmed, c.enrolled_on, s.first_seen, s.was_official
    FROM cards AS c
    JOIN standing AS s ON s.check_id = c.check_id
    WHERE s.first_seen IS NOT NULL OR s.is_official IS NULL
),
positions AS (
    SELECT k
    FROM (
        VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), -- literal: positions in a host name
        (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24) -- literal: positions in a host name
    ) AS v (k)
),
mistyped_hosts AS (
    SELECT h.host
    FROM hosts AS h
    CROSS JOIN cert.official_domain AS o
    CROSS JOIN positions AS p
    WHERE o.domain <> h.host AND left(o.domain, p.k - 1) = left(h.host, p.k - 1)
        AND substr(o.domain, p.k + CASE WHEN length(o.domain) < length(h.host) THEN 0 ELSE 1 END)
            = substr(h.host, p.k + CASE WHEN length(o.domain) > length(h.host) THEN 0 ELSE 1 END)
    GROUP BY h.host
)
SELECT
    s.person_id AS subject_id,
    s.check_date AS occurred_from,
    s.check_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN s.first_seen IS NULL AND s.was_official = 1 THEN 'FORMER_OFFICIAL_DOMAIN'
        WHEN s.first_seen IS NULL AND list_contains($government_suffixes, regexp_extract(s.host, '[^.]+[.][^.]+$'))
            THEN 'OTHER_GOV_SITE'
        WHEN s.first_seen IS NULL AND m.host IS NOT NULL AND s.is_confirmed THEN 'OCR_ERROR'
        WHEN datediff('day', s.enrolled_on, coalesce(s.first_issue, s.check_date)) <= $school_window_days
            THEN 'VICTIM_OF_SCHOOL'
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
    CASE WHEN s.first_seen IS NULL THEN '不在官方查验域名之下' ELSE '已被认定为假冒网站' END AS reason,
    s.first_seen AS fake_first_seen,
    CASE WHEN s.is_confirmed THEN '底册有一致记录' ELSE '底册无一致记录' END AS register_finding,
    s.check_date,
    s.checker_org,
    s.image_no,
    coalesce(l.project_name, '花名册无此人') AS project_name,
    l.employer_name,
    l.trade
FROM suspects AS s
LEFT JOIN mistyped_hosts AS m ON m.host = s.host
LEFT JOIN marts.cert_worker AS l ON l.person_id = s.person_id AND l.is_latest

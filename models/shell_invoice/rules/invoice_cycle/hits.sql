-- 发票环开：一年之内，专用发票经二至五户企业又开回起点，每一段金额达到起点且彼此相近。以环中代码最小的企业为起点，每个环一次。
-- 已检验的合理解释：集团内部交易、委托加工往返、税务结论没有税款损失。
WITH edge AS (
    SELECT
        seller_uscc AS s,
        buyer_uscc AS b,
        CAST(date_trunc('year', issue_date) AS DATE) AS year_start,
        sum(amt_yuan) AS amt,
        sum(tax_yuan) AS tax,
        min(issue_date) AS first_date,
        max(issue_date) AS last_date
    FROM tax.special_invoice
    WHERE status <> '作废'
    GROUP BY seller_uscc, buyer_uscc, CAST(date_trunc('year', issue_date) AS DATE)
    HAVING sum(amt_yuan) >= $cycle_yuan
),
path1 AS (
    SELECT
        s AS n1, b AS n2, year_start, amt AS low, amt AS high, tax, first_date, last_date
    FROM edge
    WHERE s < b
),
path2 AS (
    SELECT
        p.n1, p.n2, e.b AS n3, p.year_start, least(p.low, e.amt) AS low, greatest(p.high, e.amt) AS high,
        p.tax + e.tax AS tax, least(p.first_date, e.first_date) AS first_date, greatest(p.last_date, e.last_date) AS last_date
    FROM path1 AS p
    JOIN edge AS e ON e.s = p.n2 AND e.year_start = p.year_start
    WHERE e.b >= p.n1 AND least(p.low, e.amt) >= greatest(p.high, e.amt) * $cycle_similar
),
path3 AS (
    SELECT
        p.n1, p.n2, p.n3, e.b AS n4, p.year_start, least(p.low, e.amt) AS low, greatest(p.high, e.amt) AS high,
        p.tax + e.tax AS tax, least(p.first_date, e.first_date) AS first_date, greatest(p.last_date, e.last_date) AS last_date
    FROM path2 AS p
    JOIN edge AS e ON e.s = p.n3 AND e.year_start = p.year_start
    WHERE p.n3 <> p.n1 AND e.b >= p.n1 AND e.b <> p.n2
        AND least(p.low, e.amt) >= greatest(p.high, e.amt) * $cycle_similar
),
path4 AS (
    SELECT
        p.n1, p.n2, p.n3, p.n4, e.b AS n5, p.year_start, least(p.low, e.amt) AS low, greatest(p.high, e.amt) AS high,
        p.tax + e.tax AS tax, least(p.first_date, e.first_date) AS first_date, greatest(p.last_date, e.last_date) AS last_date
    FROM path3 AS p
    JOIN edge AS e ON e.s = p.n4 AND e.year_start = p.year_start
    WHERE p.n4 <> p.n1 AND e.b >= p.n1 AND e.b <> p.n2 AND e.b <> p.n3
        AND least(p.low, e.amt) >= greatest(p.high, e.amt) * $cycle_similar
),
ring AS (
    SELECT
        n1, n2, CAST(NULL AS VARCHAR) AS n3, CAST(NULL AS VARCHAR) AS n4, CAST(NULL AS VARCHAR) AS n5,
        2 AS hops, low, tax, first_date, last_date -- literal: links in this ring
    FROM path2
    WHERE n3 = n1
    UNION ALL
    SELECT
        n1, n2, n3, CAST(NULL AS VARCHAR) AS n4, CAST(NULL AS VARCHAR) AS n5,
        3 AS hops, low, tax, first_date, last_date -- literal: links in this ring
    FROM path3
    WHERE n4 = n1
    UNION ALL
    SELECT
        n1, n2, n3, n4, CAST(NULL AS VARCHAR) AS n5,
        4 AS hops, low, tax, first_date, last_date -- literal: links in this ring
    FROM path4
    WHERE n5 = n1
    UNION ALL
    SELECT
        p.n1, p.n2, p.n3, p.n4, p.n5,
        5 AS hops, least(p.low, e.amt) AS low, p.tax + e.tax AS tax, -- literal: links in this ring
        least(p.first_date, e.first_date) AS first_date, greatest(p.last_date, e.last_date) AS last_date
    FROM path4 AS p
    JOIN edge AS e ON e.s = p.n5 AND e.b = p.n1 AND e.year_start = p.year_start
    WHERE least(p.low, e.amt) >= greatest(p.high, e.amt) * $cycle_similar
),
keyed AS (
    SELECT
        n1, n2, n3, n4, n5, hops, low, tax, first_date, last_date,
        n2 || coalesce('、' || n3, '') || coalesce('、' || n4, '') || coalesce('、' || n5, '') AS path,
        n1 || n2 || coalesce(n3, '') || coalesce(n4, '') || coalesce(n5, '') || CAST(first_date AS VARCHAR) AS ring_key
    FROM ring
),
member AS (
    SELECT ring_key, first_date, hops, n1 AS uscc, n2 AS buyer FROM keyed
    UNION
    SELECT ring_key, first_date, hops, n2, coalesce(n3, n1) FROM keyed
    UNION
    SELECT ring_key, first_date, hops, n3, coalesce(n4, n1) FROM keyed
    UNION
    SELECT ring_key, first_date, hops, n4, coalesce(n5, n1) FROM keyed
    UNION
    SELECT ring_key, first_date, hops, n5, n1 FROM keyed
),
marked AS (
    SELECT
        m.ring_key,
        m.hops,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.kind = '集团内部交易' AND f.uscc = m.uscc
                AND m.first_date BETWEEN f.valid_from AND coalesce(f.valid_to, m.first_date)
        ) THEN 1 END AS in_group,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.trade_contract AS t
            WHERE t.kind = '委托加工' AND t.uscc = m.uscc AND t.partner_id = m.buyer
                AND m.first_date BETWEEN t.valid_from AND coalesce(t.valid_to, m.first_date)
        ) THEN 1 END AS in_processing,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.kind = '无税款损失' AND f.uscc = m.uscc
                AND m.first_date BETWEEN f.valid_from AND coalesce(f.valid_to, m.first_date)
        ) THEN 1 END AS in_no_loss
    FROM member AS m
),
explained AS (
    SELECT
        ring_key,
        CASE
            WHEN count(in_group) = hops THEN 'GROUP_INTERNAL'
            WHEN count(in_processing) > 0 THEN 'PROCESSING'
            WHEN count(in_no_loss) > 0 THEN 'NO_TAX_LOSS'
        END AS exclusion_code
    FROM marked
    GROUP BY ring_key, hops
)
SELECT
    r.n1 AS subject_id,
    r.first_date AS occurred_from,
    r.last_date AS occurred_to,
    CAST(r.tax AS DECIMAL(18, 2)) AS amount,
    x.exclusion_code,
    r.path,
    r.n2,
    r.n3,
    r.n4,
    r.n5,
    r.hops,
    CAST(r.low AS DECIMAL(18, 2)) AS least_yuan
FROM keyed AS r
JOIN explained AS x ON x.ring_key = r.ring_key

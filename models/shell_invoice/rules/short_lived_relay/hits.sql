-- 短命接力：企业成立不久即走逃、非正常或注销，同一控制团伙（任职人员、联系方式相连）前后又设立新企业。
-- 已检验的合理解释：项目公司项目完工注销、被存续企业吸收合并、个体户转为企业。
WITH gone AS (
    SELECT c.uscc, c.established_date, min(s.status_date) AS gone_date
    FROM entity.company AS c
    JOIN tax.taxpayer_status AS s ON s.uscc = c.uscc AND s.status_date >= c.established_date
    GROUP BY c.uscc, c.established_date
),
relay AS (
    SELECT g.uscc, g.established_date, g.gone_date, n.uscc AS next_uscc, n.established_date AS next_date
    FROM gone AS g
    JOIN graphs.control AS a ON a.node = g.uscc
    JOIN graphs.control AS b ON b.component = a.component
    JOIN entity.company AS n ON n.uscc = b.node AND n.established_date > g.established_date
    WHERE datediff('day', g.established_date, g.gone_date) < $life_days
        AND abs(datediff('day', g.gone_date, n.established_date)) <= $relay_days
),
issued AS (
    SELECT seller_uscc, sum(tax_yuan) AS tax_yuan
    FROM tax.special_invoice
    WHERE status <> '作废'
    GROUP BY seller_uscc
)
SELECT
    r.uscc AS subject_id,
    r.established_date AS occurred_from,
    r.gone_date AS occurred_to,
    CAST(coalesce(i.tax_yuan, 0) AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN EXISTS (SELECT 1 FROM entity.filing AS f WHERE f.kind = '项目公司' AND f.uscc = r.uscc)
            THEN 'PROJECT_DONE'
        WHEN EXISTS (
            SELECT 1 FROM entity.filing AS f WHERE f.kind = '吸收合并' AND f.uscc = r.uscc AND f.party_id = r.next_uscc
        ) THEN 'MERGED'
        WHEN EXISTS (
            SELECT 1 FROM entity.filing AS f WHERE f.kind = '个转企' AND f.uscc = r.next_uscc AND f.party_id = r.uscc
        ) THEN 'CONVERTED'
    END AS exclusion_code,
    r.next_uscc,
    r.next_date,
    datediff('day', r.established_date, r.gone_date) AS life_days
FROM relay AS r
LEFT JOIN issued AS i ON i.seller_uscc = r.uscc

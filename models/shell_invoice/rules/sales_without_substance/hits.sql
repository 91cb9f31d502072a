-- 大额开票无经营实质：成立后不久专用发票销售额达到起点，参保人数始终极少，没有房租水电。
-- 已检验的合理解释：在建项目公司、有仓储物流合同的贸易企业、用工在集团的成员企业。
WITH early AS (
    SELECT
        c.uscc,
        c.established_date,
        min(i.issue_date) AS occurred_from,
        max(i.issue_date) AS occurred_to,
        count(*) AS invoice_count,
        sum(i.amt_yuan) AS sales_yuan,
        sum(i.tax_yuan) AS tax_yuan
    FROM entity.company AS c
    JOIN tax.special_invoice AS i
        ON i.seller_uscc = c.uscc AND i.status <> '作废' AND i.issue_date >= c.established_date
        AND datediff('day', c.established_date, i.issue_date) <= $early_days
    GROUP BY c.uscc, c.established_date
    HAVING sum(i.amt_yuan) >= $early_sales_yuan
),
empty AS (
    SELECT e.uscc, e.occurred_from, e.occurred_to, e.invoice_count, e.sales_yuan, e.tax_yuan, e.established_date
    FROM early AS e
    WHERE NOT EXISTS (
        SELECT 1 FROM tax.insured_heads AS h
        WHERE h.uscc = e.uscc AND h.heads > $shell_heads
            AND datediff('day', e.established_date, h.month_start) <= $early_days
    ) AND NOT EXISTS (
        SELECT 1 FROM tax.premises_cost AS p
        WHERE p.uscc = e.uscc AND p.amount_yuan > 0
            AND datediff('day', e.established_date, p.month_start) <= $early_days
    )
)
SELECT
    m.uscc AS subject_id,
    m.occurred_from,
    m.occurred_to,
    CAST(m.tax_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM entity.filing AS f
            WHERE f.uscc = m.uscc AND f.kind = '项目公司'
                AND m.occurred_from BETWEEN f.valid_from AND coalesce(f.valid_to, m.occurred_from)
        ) THEN 'PROJECT_COMPANY'
        WHEN EXISTS (
            SELECT 1 FROM tax.trade_contract AS t
            WHERE t.uscc = m.uscc AND t.kind = '仓储物流'
                AND m.occurred_from BETWEEN t.valid_from AND coalesce(t.valid_to, m.occurred_from)
        ) THEN 'DROP_SHIP'
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS g
            WHERE g.uscc = m.uscc AND g.kind = '集团财务共享'
                AND m.occurred_from BETWEEN g.valid_from AND coalesce(g.valid_to, m.occurred_from)
        ) THEN 'GROUP_STAFF'
    END AS exclusion_code,
    m.established_date,
    m.invoice_count,
    CAST(m.sales_yuan AS DECIMAL(18, 2)) AS sales_yuan
FROM empty AS m

-- 顶额开具或突击开具：一年内绝大多数专用发票贴着单张限额开；或者几天内集中开完就不再开票。
-- 已检验的合理解释：季节性经营、歇业备案、大宗货物的集团内部交易。
WITH blue AS (
    SELECT i.inv_no, i.seller_uscc, i.issue_date, i.amt_yuan, i.tax_yuan, q.limit_yuan
    FROM tax.special_invoice AS i
    LEFT JOIN tax.invoice_quota AS q
        ON q.uscc = i.seller_uscc AND i.issue_date BETWEEN q.valid_from AND coalesce(q.valid_to, i.issue_date)
    WHERE i.red_of IS NULL AND i.status <> '作废'
),
yearly AS (
    SELECT
        seller_uscc AS uscc,
        '贴限额开具' AS finding,
        min(issue_date) AS occurred_from,
        max(issue_date) AS occurred_to,
        count(*) AS invoice_count,
        count(CASE WHEN amt_yuan BETWEEN limit_yuan * $limit_ratio AND limit_yuan THEN 1 END) AS limit_count,
        sum(tax_yuan) AS tax_yuan
    FROM blue
    GROUP BY seller_uscc, date_trunc('year', issue_date)
),
whole AS (
    SELECT
        seller_uscc AS uscc,
        '集中开具后停开' AS finding,
        min(issue_date) AS occurred_from,
        max(issue_date) AS occurred_to,
        count(*) AS invoice_count,
        sum(tax_yuan) AS tax_yuan
    FROM blue
    GROUP BY seller_uscc
),
suspect AS (
    SELECT uscc, finding, occurred_from, occurred_to, invoice_count, tax_yuan
    FROM yearly
    WHERE invoice_count >= $min_invoices AND limit_count >= invoice_count * $limit_share
    UNION
    SELECT uscc, finding, occurred_from, occurred_to, invoice_count, tax_yuan
    FROM whole
    WHERE invoice_count >= $min_invoices AND datediff('day', occurred_from, occurred_to) <= $burst_days
        AND datediff('day', occurred_to, $as_of) >= $idle_days
)
SELECT
    s.uscc AS subject_id,
    s.occurred_from,
    s.occurred_to,
    CAST(s.tax_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.uscc = s.uscc AND f.kind = '季节性经营'
                AND s.occurred_from BETWEEN f.valid_from AND coalesce(f.valid_to, s.occurred_from)
        ) THEN 'SEASONAL'
        WHEN s.finding = '集中开具后停开' AND EXISTS (
            SELECT 1 FROM entity.filing AS e
            WHERE e.uscc = s.uscc AND e.kind = '歇业'
                AND e.valid_from <= $as_of AND (e.valid_to IS NULL OR e.valid_to >= $as_of)
        ) THEN 'SUSPENDED'
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS g
            WHERE g.uscc = s.uscc AND g.kind = '集团内部交易'
                AND s.occurred_from BETWEEN g.valid_from AND coalesce(g.valid_to, s.occurred_from)
        ) THEN 'GROUP_INTERNAL'
    END AS exclusion_code,
    s.finding,
    s.invoice_count
FROM suspect AS s

-- 作废红冲过多：一个季度开出的蓝字专用发票，作废和被红冲的份数占比超过起点。
-- 已检验的合理解释：重新开具、有退货合同、开票系统切换；扣除后仍超过起点的不排除。
WITH blue AS (
    SELECT
        i.seller_uscc,
        CAST(date_trunc('quarter', i.issue_date) AS DATE) AS quarter_start,
        i.issue_date,
        i.tax_yuan,
        CASE WHEN i.status <> '正常' THEN 1 END AS is_void,
        CASE
            WHEN i.status <> '正常' AND EXISTS (SELECT 1 FROM tax.special_invoice AS r WHERE r.reissue_of = i.inv_no)
                THEN 1
        END AS is_reissued,
        CASE
            WHEN i.status <> '正常' AND EXISTS (
                SELECT 1 FROM tax.trade_contract AS t
                WHERE t.uscc = i.seller_uscc AND t.partner_id = i.buyer_uscc AND t.kind = '退货'
                    AND i.issue_date BETWEEN t.valid_from AND coalesce(t.valid_to, i.issue_date)
            ) THEN 1
        END AS is_returned
    FROM tax.special_invoice AS i
    WHERE i.red_of IS NULL
),
quarterly AS (
    SELECT
        seller_uscc AS uscc,
        min(issue_date) AS occurred_from,
        max(issue_date) AS occurred_to,
        count(*) AS invoice_count,
        count(is_void) AS void_count,
        count(is_reissued) AS reissued_count,
        count(is_returned) AS returned_count,
        sum(CASE WHEN is_void = 1 THEN tax_yuan END) AS tax_yuan
    FROM blue
    GROUP BY seller_uscc, quarter_start
    HAVING count(*) >= $min_invoices
)
SELECT
    q.uscc AS subject_id,
    q.occurred_from,
    q.occurred_to,
    CAST(q.tax_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN q.void_count - q.reissued_count <= q.invoice_count * $void_ratio THEN 'REISSUED'
        WHEN q.void_count - q.returned_count <= q.invoice_count * $void_ratio THEN 'SALES_RETURN'
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.uscc = q.uscc AND f.kind = '开票系统切换'
                AND f.valid_from <= q.occurred_to AND coalesce(f.valid_to, q.occurred_to) >= q.occurred_from
        ) THEN 'SYSTEM_SWITCH'
    END AS exclusion_code,
    q.invoice_count,
    q.void_count,
    CAST(q.void_count / q.invoice_count AS DECIMAL(18, 6)) AS void_share
FROM quarterly AS q
WHERE q.void_count > q.invoice_count * $void_ratio

-- 进销品名背离：全年开出的货物，其税收分类在取得的专用发票中基本没有对应。
-- 已检验的合理解释：生产企业、委托加工、自开农产品收购票。
WITH sold AS (
    SELECT
        seller_uscc AS uscc,
        CAST(date_trunc('year', issue_date) AS DATE) AS year_start,
        substr(tax_class_code, 1, $class_digits) AS goods_class,
        min(issue_date) AS first_date,
        max(issue_date) AS last_date,
        sum(amt_yuan) AS amt_yuan,
        sum(tax_yuan) AS tax_yuan
    FROM tax.special_invoice
    WHERE status <> '作废' AND tax_class_code IS NOT NULL
    GROUP BY seller_uscc, CAST(date_trunc('year', issue_date) AS DATE), substr(tax_class_code, 1, $class_digits)
),
bought AS (
    SELECT
        buyer_uscc AS uscc,
        CAST(date_trunc('year', issue_date) AS DATE) AS year_start,
        substr(tax_class_code, 1, $class_digits) AS goods_class
    FROM tax.special_invoice
    WHERE status <> '作废' AND tax_class_code IS NOT NULL
    GROUP BY buyer_uscc, CAST(date_trunc('year', issue_date) AS DATE), substr(tax_class_code, 1, $class_digits)
    HAVING sum(amt_yuan) > 0
),
compared AS (
    SELECT
        s.uscc,
        s.year_start,
        min(s.first_date) AS occurred_from,
        max(s.last_date) AS occurred_to,
        sum(s.amt_yuan) AS sold_yuan,
        coalesce(sum(CASE WHEN b.uscc IS NOT NULL THEN s.amt_yuan END), 0) AS matched_yuan,
        sum(CASE WHEN b.uscc IS NULL THEN s.tax_yuan END) AS tax_yuan
    FROM sold AS s
    LEFT JOIN bought AS b ON b.uscc = s.uscc AND b.year_start = s.year_start AND b.goods_class = s.goods_class
    GROUP BY s.uscc, s.year_start
),
suspect AS (
    SELECT c.uscc, c.year_start, c.occurred_from, c.occurred_to, c.sold_yuan, c.matched_yuan, c.tax_yuan
    FROM compared AS c
    WHERE c.sold_yuan >= $mismatch_sales_yuan AND c.matched_yuan < c.sold_yuan * $overlap_ratio
        AND EXISTS (SELECT 1 FROM bought AS b WHERE b.uscc = c.uscc AND b.year_start = c.year_start)
)
SELECT
    u.uscc AS subject_id,
    u.occurred_from,
    u.occurred_to,
    CAST(u.tax_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.uscc = u.uscc AND f.kind = '生产企业'
                AND u.occurred_to BETWEEN f.valid_from AND coalesce(f.valid_to, u.occurred_to)
        ) THEN 'MANUFACTURER'
        WHEN EXISTS (
            SELECT 1 FROM tax.trade_contract AS t
            WHERE t.uscc = u.uscc AND t.kind = '委托加工'
                AND u.occurred_to BETWEEN t.valid_from AND coalesce(t.valid_to, u.occurred_to)
        ) THEN 'PROCESSING'
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.uscc = u.uscc AND f.kind = '农产品收购'
                AND u.occurred_to BETWEEN f.valid_from AND coalesce(f.valid_to, u.occurred_to)
        ) THEN 'FARM_PURCHASE'
    END AS exclusion_code,
    u.year_start,
    CAST(u.sold_yuan AS DECIMAL(18, 2)) AS sold_yuan,
    CAST(u.matched_yuan / u.sold_yuan AS DECIMAL(18, 6)) AS overlap
FROM suspect AS u

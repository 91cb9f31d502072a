-- name: biz_loan_firm
-- title: 经营贷与经营实体上一年情况
-- grain: one row per business loan
-- inputs: bank.biz_loan, entity.company, tax.sales_return, tax.insured_heads
-- materialise: delta
-- What the borrower's firm declared in the twelve months before the month of the application; no row counts as zero.
WITH sales AS (
    SELECT l.loan_no, sum(r.sales_yuan) AS sales_yuan
    FROM bank.biz_loan AS l
    JOIN tax.sales_return AS r
        ON r.uscc = l.biz_uscc AND r.month_start < CAST(date_trunc('month', l.applied_on) AS DATE)
        AND r.month_start >= CAST(date_trunc('month', l.applied_on) - INTERVAL 12 MONTH AS DATE)
    GROUP BY l.loan_no
),
staff AS (
    SELECT l.loan_no, max(h.heads) AS heads
    FROM bank.biz_loan AS l
    JOIN tax.insured_heads AS h
        ON h.uscc = l.biz_uscc AND h.month_start < CAST(date_trunc('month', l.applied_on) AS DATE)
        AND h.month_start >= CAST(date_trunc('month', l.applied_on) - INTERVAL 12 MONTH AS DATE)
    GROUP BY l.loan_no
)
SELECT
    l.loan_no,
    c.established_date,
    coalesce(s.sales_yuan, 0) AS sales_12m_yuan,
    coalesce(t.heads, 0) AS heads_12m
FROM bank.biz_loan AS l
LEFT JOIN entity.company AS c ON c.uscc = l.biz_uscc
LEFT JOIN sales AS s ON s.loan_no = l.loan_no
LEFT JOIN staff AS t ON t.loan_no = l.loan_no

-- 突击取得企业：借款人在申请经营贷前不久才设立企业、变更为法定代表人或者受让股权。
-- 已检验的合理解释：上一年有真实销售、个体户转为企业、继承或者受赠。
WITH obtained AS (
    SELECT l.loan_no, '新设企业' AS finding, f.established_date AS obtained_on, '设立' AS reason
    FROM bank.biz_loan AS l
    JOIN marts.biz_loan_firm AS f ON f.loan_no = l.loan_no
    WHERE f.established_date IS NOT NULL
    UNION ALL
    SELECT l.loan_no, '变更' || c.kind, c.changed_on, c.reason
    FROM bank.biz_loan AS l
    JOIN entity.change_record AS c ON c.uscc = l.biz_uscc AND c.person_id = l.borrower_id
)
SELECT
    l.borrower_id AS subject_id,
    o.obtained_on AS occurred_from,
    l.disbursed_on AS occurred_to,
    l.amount_yuan AS amount,
    CASE
        WHEN f.sales_12m_yuan >= $real_sales_yuan THEN 'REAL_SALES'
        WHEN EXISTS (SELECT 1 FROM entity.filing AS e WHERE e.kind = '个转企' AND e.uscc = l.biz_uscc) THEN 'CONVERTED'
        WHEN o.reason = '继承赠与' THEN 'FAMILY'
    END AS exclusion_code,
    l.loan_no,
    l.biz_uscc,
    o.finding,
    datediff('day', o.obtained_on, l.applied_on) AS days_before
FROM obtained AS o
JOIN bank.biz_loan AS l ON l.loan_no = o.loan_no
JOIN marts.biz_loan_firm AS f ON f.loan_no = o.loan_no
WHERE o.obtained_on <= l.applied_on AND datediff('day', o.obtained_on, l.applied_on) < $fresh_days

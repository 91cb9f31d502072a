-- 突击取得企业：借款人在申请经营贷前不久才设立企业、变更为法定代表人或者受让股权。
-- 已检验的合理解释：上一年有真实销售、个体户转为企业、继承或者受赠。
WITH loan AS (
    SELECT
        l.loan_no, l.borrower_id, l.biz_uscc, l.amount_yuan, l.applied_on, l.disbursed_on, f.established_date, f.sales_12m_yuan
    FROM bank.biz_loan AS l
    JOIN marts.biz_loan_firm AS f ON f.loan_no = l.loan_no
),
obtained AS (
    SELECT
        loan_no, borrower_id, biz_uscc, amount_yuan, applied_on, disbursed_on, sales_12m_yuan,
        '新设企业' AS finding, established_date AS obtained_on, '设立' AS reason
    FROM loan
    UNION
    SELECT
        l.loan_no, l.borrower_id, l.biz_uscc, l.amount_yuan, l.applied_on, l.disbursed_on, l.sales_12m_yuan,
        '变更' || c.kind, c.changed_on, c.reason
    FROM loan AS l
    JOIN entity.change_record AS c ON c.uscc = l.biz_uscc AND c.person_id = l.borrower_id
)
SELECT
    o.borrower_id AS subject_id,
    o.obtained_on AS occurred_from,
    o.disbursed_on AS occurred_to,
    o.amount_yuan AS amount,
    CASE
        WHEN o.sales_12m_yuan >= $real_sales_yuan THEN 'REAL_SALES'
        WHEN EXISTS (SELECT 1 FROM entity.filing AS e WHERE e.kind = '个转企' AND e.uscc = o.biz_uscc) THEN 'CONVERTED'
        WHEN o.reason = '继承赠与' THEN 'FAMILY'
    END AS exclusion_code,
    o.loan_no,
    o.biz_uscc,
    o.finding,
    datediff('day', o.obtained_on, o.applied_on) AS days_before
FROM obtained AS o
WHERE o.obtained_on <= o.applied_on AND datediff('day', o.obtained_on, o.applied_on) < $fresh_days

-- 按揭转经营贷：同一房产的住房按揭刚结清，同一网点即以该房产抵押发放经营贷。
-- 已检验的合理解释：银行批准的转贷产品或无还本续贷、亲属出资结清、企业上一年有真实销售。
SELECT
    l.borrower_id AS subject_id,
    p.paid_off_on AS occurred_from,
    l.disbursed_on AS occurred_to,
    l.amount_yuan AS amount,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM bank.loan_filing AS a WHERE a.kind IN ('转贷产品', '无还本续贷') AND a.loan_no = l.loan_no
        ) THEN 'RENEWAL'
        WHEN EXISTS (
            SELECT 1 FROM bank.loan_filing AS a
            WHERE a.kind = '亲属借款' AND a.loan_no = l.loan_no AND a.party_id = p.payer_id
        ) THEN 'RELATIVE_BRIDGE'
        WHEN f.sales_12m_yuan >= $real_sales_yuan THEN 'REAL_SALES'
    END AS exclusion_code,
    l.loan_no,
    l.biz_uscc,
    p.mortgage_no,
    datediff('day', p.paid_off_on, l.disbursed_on) AS days_apart
FROM bank.biz_loan AS l
JOIN bank.mortgage_payoff AS p
    ON p.house_no = l.house_no AND p.branch_code = l.branch_code AND p.paid_off_on <= l.disbursed_on
    AND datediff('day', p.paid_off_on, l.disbursed_on) <= $payoff_days
JOIN marts.biz_loan_firm AS f ON f.loan_no = l.loan_no

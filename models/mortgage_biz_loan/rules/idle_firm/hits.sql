-- 经营实体无经营：申请前十二个月没有申报销售，也没有参保人员。
-- 已检验的合理解释：定期定额征收的个体户、个体户转为企业、共同借款人实际经营。
SELECT
    l.borrower_id AS subject_id,
    l.applied_on AS occurred_from,
    l.disbursed_on AS occurred_to,
    l.amount_yuan AS amount,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS t
            WHERE t.kind = '定期定额' AND t.uscc = l.biz_uscc
                AND l.applied_on BETWEEN t.valid_from AND coalesce(t.valid_to, l.applied_on)
        ) THEN 'FIXED_TAX'
        WHEN EXISTS (SELECT 1 FROM entity.filing AS e WHERE e.kind = '个转企' AND e.uscc = l.biz_uscc) THEN 'CONVERTED'
        WHEN EXISTS (
            SELECT 1 FROM bank.loan_filing AS a WHERE a.kind = '共同借款人经营' AND a.loan_no = l.loan_no
        ) THEN 'SPOUSE_BUSINESS'
    END AS exclusion_code,
    l.loan_no,
    l.biz_uscc
FROM bank.biz_loan AS l
JOIN marts.biz_loan_firm AS f ON f.loan_no = l.loan_no
WHERE f.sales_12m_yuan <= 0 AND f.heads_12m = 0

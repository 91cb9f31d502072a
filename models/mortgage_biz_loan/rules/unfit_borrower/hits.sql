-- 借款人身份与经营不符：申请当日登记为公务人员、在校学生或者无业。
-- 已检验的合理解释：离职创业批准、共同借款人实际经营、企业上一年有真实销售。
SELECT
    l.borrower_id AS subject_id,
    l.applied_on AS occurred_from,
    l.disbursed_on AS occurred_to,
    l.amount_yuan AS amount,
    CASE
        WHEN EXISTS (SELECT 1 FROM bank.loan_filing AS a WHERE a.kind = '离职创业' AND a.loan_no = l.loan_no)
            THEN 'LEFT_POST'
        WHEN EXISTS (SELECT 1 FROM bank.loan_filing AS a WHERE a.kind = '共同借款人经营' AND a.loan_no = l.loan_no)
            THEN 'SPOUSE_BUSINESS'
        WHEN f.sales_12m_yuan >= $real_sales_yuan THEN 'REAL_SALES'
    END AS exclusion_code,
    l.loan_no,
    l.biz_uscc,
    o.kind AS occupation
FROM bank.biz_loan AS l
JOIN person.occupation AS o
    ON o.id_number = l.borrower_id AND list_contains($unfit_kinds, o.kind)
    AND l.applied_on BETWEEN o.valid_from AND coalesce(o.valid_to, l.applied_on)
JOIN marts.biz_loan_firm AS f ON f.loan_no = l.loan_no

-- 材料重复使用：同一合同文本或者同一发票出现在多名借款人的贷款材料里。
-- 已检验的合理解释：备案的统一合同文本、联保联贷的共同材料。
WITH reused AS (
    SELECT d.kind, d.content_hash, count(DISTINCT l.borrower_id) AS borrower_count
    FROM bank.loan_document AS d
    JOIN bank.biz_loan AS l ON l.loan_no = d.loan_no
    GROUP BY d.kind, d.content_hash
    HAVING count(DISTINCT l.borrower_id) >= $reuse_borrowers
)
SELECT
    l.borrower_id AS subject_id,
    l.applied_on AS occurred_from,
    l.disbursed_on AS occurred_to,
    l.amount_yuan AS amount,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM bank.loan_filing AS a WHERE a.kind = '统一合同文本' AND a.party_id = r.content_hash
        ) THEN 'STANDARD_TEXT'
        WHEN EXISTS (SELECT 1 FROM bank.loan_filing AS a WHERE a.kind = '联保联贷' AND a.loan_no = l.loan_no)
            THEN 'JOINT_LOAN'
    END AS exclusion_code,
    l.loan_no,
    r.kind AS document_kind,
    r.content_hash,
    r.borrower_count
FROM reused AS r
JOIN bank.loan_document AS d ON d.kind = r.kind AND d.content_hash = r.content_hash
JOIN bank.biz_loan AS l ON l.loan_no = d.loan_no

-- 证据：使用同一材料的全部贷款材料、本人贷款、审批备案。
SELECT h.hit_id, 'bank.biz_loan' AS dataset, l._file, l._row, 'loan' AS role
FROM {{hits}} AS h
JOIN bank.biz_loan AS l ON l.loan_no = h.loan_no
UNION ALL
SELECT h.hit_id, 'bank.loan_document' AS dataset, d._file, d._row, 'document' AS role
FROM {{hits}} AS h
JOIN bank.loan_document AS d ON d.kind = h.document_kind AND d.content_hash = h.content_hash
UNION ALL
SELECT h.hit_id, 'bank.loan_filing' AS dataset, a._file, a._row, 'approval' AS role
FROM {{hits}} AS h
JOIN bank.loan_filing AS a ON a.loan_no = h.loan_no OR a.party_id = h.content_hash

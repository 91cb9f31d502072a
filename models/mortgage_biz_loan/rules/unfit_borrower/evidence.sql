-- 证据：贷款、职业身份、审批备案、申报。
SELECT h.hit_id, 'bank.biz_loan' AS dataset, l._file, l._row, 'loan' AS role
FROM {{hits}} AS h
JOIN bank.biz_loan AS l ON l.loan_no = h.loan_no
UNION ALL
SELECT h.hit_id, 'person.occupation' AS dataset, o._file, o._row, 'occupation' AS role
FROM {{hits}} AS h
JOIN person.occupation AS o ON o.id_number = h.subject_id
UNION ALL
SELECT h.hit_id, 'bank.loan_filing' AS dataset, a._file, a._row, 'approval' AS role
FROM {{hits}} AS h
JOIN bank.loan_filing AS a ON a.loan_no = h.loan_no
UNION ALL
SELECT h.hit_id, 'tax.sales_return' AS dataset, s._file, s._row, 'return' AS role
FROM {{hits}} AS h
JOIN tax.sales_return AS s ON s.uscc = h.biz_uscc

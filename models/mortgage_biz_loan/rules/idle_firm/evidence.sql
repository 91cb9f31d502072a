-- 证据：贷款、企业登记、申报、参保、备案。
SELECT h.hit_id, 'bank.biz_loan' AS dataset, l._file, l._row, 'loan' AS role
FROM {{hits}} AS h
JOIN bank.biz_loan AS l ON l.loan_no = h.loan_no
UNION ALL
SELECT h.hit_id, 'entity.company' AS dataset, c._file, c._row, 'registration' AS role
FROM {{hits}} AS h
JOIN entity.company AS c ON c.uscc = h.biz_uscc
UNION ALL
SELECT h.hit_id, 'tax.sales_return' AS dataset, s._file, s._row, 'return' AS role
FROM {{hits}} AS h
JOIN tax.sales_return AS s ON s.uscc = h.biz_uscc
UNION ALL
SELECT h.hit_id, 'tax.filing' AS dataset, t._file, t._row, 'filing' AS role
FROM {{hits}} AS h
JOIN tax.filing AS t ON t.uscc = h.biz_uscc AND t.kind = '定期定额'
UNION ALL
SELECT h.hit_id, 'entity.filing' AS dataset, e._file, e._row, 'filing' AS role
FROM {{hits}} AS h
JOIN entity.filing AS e ON e.uscc = h.biz_uscc AND e.kind = '个转企'
UNION ALL
SELECT h.hit_id, 'bank.loan_filing' AS dataset, a._file, a._row, 'approval' AS role
FROM {{hits}} AS h
JOIN bank.loan_filing AS a ON a.loan_no = h.loan_no

-- 证据：贷款、网签、审批备案。
SELECT h.hit_id, 'bank.biz_loan' AS dataset, l._file, l._row, 'loan' AS role
FROM {{hits}} AS h
JOIN bank.biz_loan AS l ON l.loan_no = h.loan_no
UNION ALL
SELECT h.hit_id, 'estate.house_trade' AS dataset, t._file, t._row, 'trade' AS role
FROM {{hits}} AS h
JOIN estate.house_trade AS t ON t.trade_no = h.trade_no
UNION ALL
SELECT h.hit_id, 'bank.loan_filing' AS dataset, a._file, a._row, 'approval' AS role
FROM {{hits}} AS h
JOIN bank.loan_filing AS a ON a.loan_no = h.loan_no

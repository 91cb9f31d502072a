-- 证据：贷款、购房网签、此前卖房网签。
SELECT h.hit_id, 'bank.biz_loan' AS dataset, l._file, l._row, 'loan' AS role
FROM {{hits}} AS h
JOIN bank.biz_loan AS l ON l.loan_no = h.loan_no
UNION ALL
SELECT h.hit_id, 'estate.house_trade' AS dataset, t._file, t._row, 'purchase' AS role
FROM {{hits}} AS h
JOIN estate.house_trade AS t ON t.trade_no = h.trade_no
UNION ALL
SELECT h.hit_id, 'estate.house_trade' AS dataset, s._file, s._row, 'sale' AS role
FROM {{hits}} AS h
JOIN estate.house_trade AS s ON s.seller_id = h.subject_id

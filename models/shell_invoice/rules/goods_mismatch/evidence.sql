-- 证据：当年开出和取得的专用发票、说明原因的备案合同。
SELECT h.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'sold' AS role
FROM {{hits}} AS h
JOIN tax.special_invoice AS i ON i.seller_uscc = h.subject_id AND i.status <> '作废'
    AND CAST(date_trunc('year', i.issue_date) AS DATE) = h.year_start
UNION ALL
SELECT h.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'bought' AS role
FROM {{hits}} AS h
JOIN tax.special_invoice AS i ON i.buyer_uscc = h.subject_id AND i.status <> '作废'
    AND CAST(date_trunc('year', i.issue_date) AS DATE) = h.year_start
UNION ALL
SELECT h.hit_id, 'tax.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN tax.filing AS f ON f.uscc = h.subject_id AND f.kind IN ('生产企业', '农产品收购')
UNION ALL
SELECT h.hit_id, 'tax.trade_contract' AS dataset, t._file, t._row, 'contract' AS role
FROM {{hits}} AS h
JOIN tax.trade_contract AS t ON t.uscc = h.subject_id AND t.kind = '委托加工'

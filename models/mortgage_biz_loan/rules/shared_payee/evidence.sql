-- 证据：付给该对象的贷款、转回流水、专用发票、退货合同。
SELECT h.hit_id, 'bank.biz_loan' AS dataset, l._file, l._row, 'loan' AS role
FROM {{hits}} AS h
JOIN bank.biz_loan AS l ON l.payee_id = h.subject_id
UNION ALL
SELECT h.hit_id, 'bank.transfer' AS dataset, t._file, t._row, 'flow' AS role
FROM {{hits}} AS h
JOIN bank.transfer AS t ON t.payer_id = h.subject_id
UNION ALL
SELECT h.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN tax.special_invoice AS i ON i.seller_uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'tax.trade_contract' AS dataset, c._file, c._row, 'contract' AS role
FROM {{hits}} AS h
JOIN tax.trade_contract AS c ON c.uscc = h.subject_id AND c.kind = '退货'

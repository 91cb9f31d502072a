-- 证据：季度内的专用发票、退货合同、系统切换备案。
SELECT h.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN tax.special_invoice AS i ON i.seller_uscc = h.subject_id AND i.issue_date BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'tax.trade_contract' AS dataset, t._file, t._row, 'contract' AS role
FROM {{hits}} AS h
JOIN tax.trade_contract AS t ON t.uscc = h.subject_id AND t.kind = '退货'
UNION ALL
SELECT h.hit_id, 'tax.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN tax.filing AS f ON f.uscc = h.subject_id AND f.kind = '开票系统切换'

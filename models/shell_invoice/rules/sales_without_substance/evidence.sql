-- 证据：登记、成立初期的专用发票、参保和场所费用、说明原因的备案合同。
SELECT h.hit_id, 'entity.company' AS dataset, c._file, c._row, 'registration' AS role
FROM {{hits}} AS h
JOIN entity.company AS c ON c.uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN tax.special_invoice AS i ON i.seller_uscc = h.subject_id AND i.issue_date BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'tax.insured_heads' AS dataset, s._file, s._row, 'heads' AS role
FROM {{hits}} AS h
JOIN tax.insured_heads AS s ON s.uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'entity.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN entity.filing AS f ON f.uscc = h.subject_id AND f.kind = '项目公司'
UNION ALL
SELECT h.hit_id, 'tax.trade_contract' AS dataset, t._file, t._row, 'contract' AS role
FROM {{hits}} AS h
JOIN tax.trade_contract AS t ON t.uscc = h.subject_id AND t.kind = '仓储物流'
UNION ALL
SELECT h.hit_id, 'tax.filing' AS dataset, g._file, g._row, 'filing' AS role
FROM {{hits}} AS h
JOIN tax.filing AS g ON g.uscc = h.subject_id AND g.kind = '集团财务共享'

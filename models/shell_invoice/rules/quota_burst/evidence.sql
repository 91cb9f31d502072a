-- 证据：期间的专用发票、限额核定、说明原因的备案。
SELECT h.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN tax.special_invoice AS i ON i.seller_uscc = h.subject_id AND i.issue_date BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'tax.invoice_quota' AS dataset, q._file, q._row, 'quota' AS role
FROM {{hits}} AS h
JOIN tax.invoice_quota AS q ON q.uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'tax.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN tax.filing AS f ON f.uscc = h.subject_id AND f.kind IN ('季节性经营', '集团内部交易')
UNION ALL
SELECT h.hit_id, 'entity.filing' AS dataset, e._file, e._row, 'filing' AS role
FROM {{hits}} AS h
JOIN entity.filing AS e ON e.uscc = h.subject_id AND e.kind = '歇业'

-- 证据：环上每一段的专用发票、说明原因的备案和合同。
WITH link AS (
    SELECT hit_id, occurred_from, occurred_to, subject_id AS seller, n2 AS buyer FROM {{hits}}
    UNION ALL
    SELECT hit_id, occurred_from, occurred_to, n2, coalesce(n3, subject_id) FROM {{hits}}
    UNION ALL
    SELECT hit_id, occurred_from, occurred_to, n3, coalesce(n4, subject_id) FROM {{hits}} WHERE n3 IS NOT NULL
    UNION ALL
    SELECT hit_id, occurred_from, occurred_to, n4, coalesce(n5, subject_id) FROM {{hits}} WHERE n4 IS NOT NULL
    UNION ALL
    SELECT hit_id, occurred_from, occurred_to, n5, subject_id FROM {{hits}} WHERE n5 IS NOT NULL
)
SELECT l.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM link AS l
JOIN tax.special_invoice AS i ON i.seller_uscc = l.seller AND i.buyer_uscc = l.buyer
    AND i.issue_date BETWEEN l.occurred_from AND l.occurred_to
UNION ALL
SELECT l.hit_id, 'tax.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM link AS l
JOIN tax.filing AS f ON f.uscc = l.seller AND f.kind IN ('集团内部交易', '无税款损失')
UNION ALL
SELECT l.hit_id, 'tax.trade_contract' AS dataset, t._file, t._row, 'contract' AS role
FROM link AS l
JOIN tax.trade_contract AS t ON t.uscc = l.seller AND t.partner_id = l.buyer AND t.kind = '委托加工'

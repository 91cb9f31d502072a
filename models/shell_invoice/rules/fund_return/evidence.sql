-- 证据：往返两笔流水、双方之间的发票、涉税人员、合同和备案。
SELECT h.hit_id, 'bank.transfer' AS dataset, t._file, t._row, 'flow' AS role
FROM {{hits}} AS h
JOIN bank.transfer AS t ON t.flow_no = h.in_flow OR t.flow_no = h.back_flow
UNION ALL
SELECT h.hit_id, 'tax.special_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN tax.special_invoice AS i ON i.seller_uscc = h.subject_id AND i.buyer_uscc = h.buyer_uscc
    AND abs(datediff('day', h.occurred_from, i.issue_date)) <= $trade_days
UNION ALL
SELECT h.hit_id, 'tax.duty_person' AS dataset, d._file, d._row, 'duty' AS role
FROM {{hits}} AS h
JOIN tax.duty_person AS d ON d.uscc = h.subject_id OR d.uscc = h.buyer_uscc
UNION ALL
SELECT h.hit_id, 'tax.trade_contract' AS dataset, c._file, c._row, 'contract' AS role
FROM {{hits}} AS h
JOIN tax.trade_contract AS c ON c.uscc = h.subject_id AND c.partner_id = h.buyer_uscc
UNION ALL
SELECT h.hit_id, 'tax.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN tax.filing AS f ON (f.uscc = h.subject_id OR f.uscc = h.buyer_uscc) AND f.kind IN ('资金归集', '无税款损失')

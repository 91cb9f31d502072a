-- 证据：每一条支撑或说明该异常的来源行。
SELECT h.hit_id, 'fuel.vat_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.seller_uscc = h.subject_id AND i.buyer_uscc = h.buyer_uscc AND i.status <> '作废'
    AND i.issue_ts >= h.occurred_from AND i.issue_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.vat_invoice', r._file, r._row, 'invoice'
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.seller_uscc = h.subject_id AND i.buyer_uscc = h.buyer_uscc
    AND i.issue_ts >= h.occurred_from AND i.issue_ts < h.occurred_to + 1
JOIN fuel.vat_invoice AS r ON r.red_of = i.inv_no AND r.status <> '作废' AND r.issue_ts >= h.occurred_to + 1
UNION ALL
SELECT h.hit_id, 'fuel.fleet_capacity', c._file, c._row, 'capacity'
FROM {{hits}} AS h
JOIN fuel.fleet_capacity AS c ON c.uscc = h.buyer_uscc
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.delivery_agreement', a._file, a._row, 'agreement'
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.seller_uscc = h.subject_id AND i.buyer_uscc = h.buyer_uscc
    AND i.issue_ts >= h.occurred_from AND i.issue_ts < h.occurred_to + 1
JOIN fuel.delivery_agreement AS a ON a.inv_no = i.inv_no AND a.kind = '直送'
UNION ALL
SELECT h.hit_id, 'fuel.branch_relation', b._file, b._row, 'branch'
FROM {{hits}} AS h
JOIN fuel.branch_relation AS b ON b.hq_uscc = h.buyer_uscc
WHERE h.exclusion_code = 'PARENT_SETTLED'
UNION ALL
SELECT h.hit_id, 'fuel.gas_station', s._file, s._row, 'station'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id

-- 证据：每一条支撑或说明该异常的来源行。
SELECT DISTINCT h.hit_id, 'fuel.vat_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON (i.buyer_uscc = h.subject_id OR i.seller_uscc = h.subject_id) AND regexp_matches(i.goods_name, $renamed_goods_pattern) AND i.issue_ts >= h.occurred_from AND i.issue_ts < h.occurred_to + 1
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.delivery_agreement' AS dataset, a._file, a._row, 'agreement' AS role
FROM {{hits}} AS h
JOIN fuel.delivery_agreement AS a ON (a.uscc = h.subject_id OR a.partner_uscc = h.subject_id) AND a.inv_no IS NOT NULL
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.oil_psi' AS dataset, p._file, p._row, 'declaration' AS role
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.oil_psi AS p ON p.station_id = s.station_id AND p.period >= date_trunc('month', h.occurred_from) AND p.period <= h.occurred_to

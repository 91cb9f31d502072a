-- 证据：每一条支撑或说明该异常的来源行。
SELECT h.hit_id, 'fuel.vat_invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.buyer_uscc = h.subject_id AND i.status <> '作废'
    AND i.issue_ts >= h.occurred_from AND i.issue_ts < h.occurred_to + 1
JOIN ref.refined_oil_code AS r ON r.tax_class_code = i.tax_class_code
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.vat_invoice', c._file, c._row, 'invoice'
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.buyer_uscc = h.subject_id AND i.issue_ts >= h.occurred_from AND i.issue_ts < h.occurred_to + 1
JOIN fuel.vat_invoice AS c ON c.red_of = i.inv_no AND c.status <> '作废' AND c.issue_ts >= h.occurred_to + 1
UNION ALL
SELECT h.hit_id, 'fuel.oil_psi', p._file, p._row, 'declaration'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.oil_psi AS p ON p.station_id = s.station_id AND p.period BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT DISTINCT h.hit_id, 'fuel.delivery_agreement', a._file, a._row, 'agreement'
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.buyer_uscc = h.subject_id AND i.issue_ts >= h.occurred_from AND i.issue_ts < h.occurred_to + 1
JOIN fuel.delivery_agreement AS a ON a.inv_no = i.inv_no AND a.uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'fuel.oil_deduct', d._file, d._row, 'deduction'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.oil_deduct AS d ON d.station_id = s.station_id AND d.period BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'fuel.card_settlement', c._file, c._row, 'settlement'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id
JOIN fuel.card_settlement AS c ON c.station_id = s.station_id AND c.period BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'fuel.vat_invoice', i._file, i._row, 'wholesale'
FROM {{hits}} AS h
JOIN fuel.vat_invoice AS i ON i.seller_uscc = h.subject_id AND i.unit = '吨' AND i.status <> '作废'
    AND i.issue_ts >= h.occurred_from AND i.issue_ts < h.occurred_to + 1
WHERE h.exclusion_code = 'WHOLESALE'
UNION ALL
SELECT h.hit_id, 'fuel.tax_assessment', a._file, a._row, 'assessment'
FROM {{hits}} AS h
JOIN fuel.tax_assessment AS a ON a.uscc = h.subject_id AND a.valid_from <= h.occurred_to AND coalesce(a.valid_to, h.occurred_from) >= h.occurred_from
UNION ALL
SELECT h.hit_id, 'fuel.gas_station', s._file, s._row, 'station'
FROM {{hits}} AS h
JOIN fuel.gas_station AS s ON s.uscc = h.subject_id

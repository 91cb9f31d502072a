WITH parts AS (
    SELECT h.hit_id, h.measure, h.transfer_no, p.doc_no, p._file, p._row
    FROM {{hits}} AS h
    JOIN admin.penalty AS p ON p.party_id = h.subject_id AND p.act_from = h.occurred_from
    JOIN ref.penalty_cause AS c ON c.cause = p.cause AND c.charge = h.charge
)
SELECT hit_id, 'admin.penalty' AS dataset, _file, _row, 'penalty' AS role
FROM parts
UNION ALL
SELECT q.hit_id, 'admin.penalty_amount', a._file, a._row, 'amount'
FROM parts AS q
JOIN admin.penalty_amount AS a ON a.doc_no = q.doc_no AND a.measure = q.measure
UNION ALL
SELECT h.hit_id, 'ref.charge_threshold', s._file, s._row, 'standard'
FROM {{hits}} AS h
JOIN ref.charge_threshold AS s ON s.charge = h.charge AND s.measure = h.measure
UNION ALL
SELECT q.hit_id, 'admin.reconsideration', r._file, r._row, 'review'
FROM parts AS q
JOIN admin.reconsideration AS r ON r.doc_no = q.doc_no
UNION ALL
SELECT q.hit_id, 'admin.case_finding', f._file, f._row, 'finding'
FROM parts AS q
JOIN admin.case_finding AS f ON f.doc_no = q.doc_no
UNION ALL
SELECT q.hit_id, 'admin.transfer_item', i._file, i._row, 'merged'
FROM parts AS q
JOIN admin.transfer_item AS i ON i.transfer_no = q.transfer_no AND i.doc_no = q.doc_no

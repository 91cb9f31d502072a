WITH prior AS (
    SELECT h.hit_id, q.doc_no, q._file, q._row
    FROM {{hits}} AS h
    JOIN admin.penalty AS q ON q.party_id = h.subject_id AND q.decision_date < h.occurred_from
    JOIN ref.penalty_cause AS c ON c.cause = q.cause AND c.charge = h.charge
)
SELECT h.hit_id, 'admin.penalty' AS dataset, p._file, p._row, 'penalty' AS role
FROM {{hits}} AS h
JOIN admin.penalty AS p ON p.doc_no = h.doc_no
UNION ALL
SELECT hit_id, 'admin.penalty', _file, _row, 'prior'
FROM prior
UNION ALL
SELECT h.hit_id, 'admin.penalty_amount', a._file, a._row, 'amount'
FROM {{hits}} AS h
JOIN admin.penalty_amount AS a ON a.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'ref.charge_threshold', s._file, s._row, 'standard'
FROM {{hits}} AS h
JOIN ref.charge_threshold AS s ON s.charge = h.charge AND s.window_months IS NOT NULL
UNION ALL
SELECT q.hit_id, 'admin.reconsideration', r._file, r._row, 'review'
FROM (SELECT hit_id, doc_no FROM prior UNION ALL SELECT hit_id, doc_no FROM {{hits}}) AS q
JOIN admin.reconsideration AS r ON r.doc_no = q.doc_no
UNION ALL
SELECT h.hit_id, 'admin.transfer_item', i._file, i._row, 'merged'
FROM {{hits}} AS h
JOIN admin.transfer_item AS i ON i.transfer_no = h.merged_transfer_no AND i.doc_no = h.doc_no
UNION ALL
SELECT h.hit_id, 'admin.case_finding', f._file, f._row, 'finding'
FROM {{hits}} AS h
JOIN admin.case_finding AS f ON f.doc_no = h.doc_no

-- The stay with its settlements, the accident or decision behind it, advance payments and commercial claims.
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'stay' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.traffic_accident' AS dataset, a._file, a._row, 'accident' AS role
FROM {{hits}} AS h
INNER JOIN medins.traffic_accident AS a ON a.accident_no = h.cause_id AND a.certno = h.subject_id
WHERE h.cause = '交通事故'
UNION ALL
SELECT h.hit_id, 'medins.work_injury' AS dataset, w._file, w._row, 'work_injury' AS role
FROM {{hits}} AS h
INNER JOIN medins.work_injury AS w ON w.decision_no = h.cause_id
WHERE h.cause = '工伤'
UNION ALL
SELECT h.hit_id, 'medins.advance_payment' AS dataset, v._file, v._row, 'advance' AS role
FROM {{hits}} AS h
INNER JOIN medins.advance_payment AS v ON v.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.commercial_claim' AS dataset, c._file, c._row, 'claim' AS role
FROM {{hits}} AS h
INNER JOIN medins.commercial_claim AS c ON c.accident_no = h.cause_id AND c.certno = h.subject_id

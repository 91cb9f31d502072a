-- The stay, its settlements and fee lines, what shows the person elsewhere, and the slip or referral that excuses it.
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'stay' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.external_presence' AS dataset, p._file, p._row, 'presence' AS role
FROM {{hits}} AS h
INNER JOIN medins.external_presence AS p ON p.presence_id = h.presence_key AND p.certno = h.certno
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'presence' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.presence_key AND s.certno = h.certno
UNION ALL
SELECT h.hit_id, c.source_dataset AS dataset, c._file, c._row, 'presence' AS role
FROM {{hits}} AS h
INNER JOIN marts.person_status_interval AS c
    ON c.person_id = h.certno
    AND c.status_kind || CAST(c.from_date AS VARCHAR) = h.presence_key
UNION ALL
SELECT h.hit_id, 'medins.bed_leave' AS dataset, l._file, l._row, 'leave_slip' AS role
FROM {{hits}} AS h
INNER JOIN medins.bed_leave AS l ON l.leave_id = h.leave_id
UNION ALL
SELECT h.hit_id, 'medins.referral' AS dataset, r._file, r._row, 'referral' AS role
FROM {{hits}} AS h
INNER JOIN medins.referral AS r ON r.referral_id = h.referral_id
UNION ALL
SELECT h.hit_id, 'medins.agent_pickup' AS dataset, a._file, a._row, 'agent' AS role
FROM {{hits}} AS h
INNER JOIN medins.agent_pickup AS a ON a.mdtrt_id = h.presence_key

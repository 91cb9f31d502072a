-- The custody record, the visit, its settlements and fee lines, and the paper that excuses it.
SELECT h.hit_id, c.source_dataset AS dataset, c._file, c._row, 'custody' AS role
FROM {{hits}} AS h
INNER JOIN marts.person_status_interval AS c
    ON c.person_id = h.subject_id AND c.status_kind = h.status_kind AND c.from_date = h.custody_from
UNION ALL
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
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
SELECT h.hit_id, 'medins.referral' AS dataset, r._file, r._row, 'referral' AS role
FROM {{hits}} AS h
INNER JOIN medins.referral AS r ON r.referral_id = h.referral_id
UNION ALL
SELECT h.hit_id, 'medins.agent_pickup' AS dataset, a._file, a._row, 'agent' AS role
FROM {{hits}} AS h
INNER JOIN medins.agent_pickup AS a ON a.mdtrt_id = h.mdtrt_id

-- Both visits and their settlements (refunds included), and the permit if there is one.
WITH both_visits AS (
    SELECT hit_id, stay_mdtrt_id AS mdtrt_id, 'stay' AS place FROM {{hits}}
    UNION ALL
    SELECT hit_id, other_mdtrt_id AS mdtrt_id, 'other' AS place FROM {{hits}}
)
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, h.place || '_visit' AS role
FROM both_visits AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, h.place || '_settlement' AS role
FROM both_visits AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.referral' AS dataset, r._file, r._row, 'referral' AS role
FROM {{hits}} AS h
INNER JOIN medins.referral AS r ON r.referral_id = h.referral_id
UNION ALL
SELECT h.hit_id, 'medins.agent_pickup' AS dataset, a._file, a._row, 'agent' AS role
FROM {{hits}} AS h
INNER JOIN medins.agent_pickup AS a ON a.mdtrt_id = h.other_mdtrt_id

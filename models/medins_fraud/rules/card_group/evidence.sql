-- What was swiped at the institution within minutes of the group's first card on the days of the group: swipes, settlements,
-- visits; family ties and pick-up notes.
WITH swiped AS (
    SELECT DISTINCT h.hit_id, w.setl_id, w.certno, w._file, w._row
    FROM {{hits}} AS h
    INNER JOIN medins.terminal_swipe AS a
        ON a.fixmedins_code = h.subject_id
        AND a.certno = h.lead_card
        AND CAST(a.swipe_time AS DATE) BETWEEN h.occurred_from AND h.occurred_to
    INNER JOIN medins.terminal_swipe AS w
        ON w.terminal_id = a.terminal_id
        AND CAST(w.swipe_time AS DATE) = CAST(a.swipe_time AS DATE)
        AND abs(datediff('minute', a.swipe_time, w.swipe_time)) <= $rapid_minutes
)
SELECT hit_id, 'medins.terminal_swipe' AS dataset, _file, _row, 'swipe' AS role
FROM swiped
UNION ALL
SELECT w.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM swiped AS w
INNER JOIN medins.setl_d AS s ON s.setl_id = w.setl_id OR s.init_setl_id = w.setl_id
UNION ALL
SELECT w.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM swiped AS w
INNER JOIN medins.setl_d AS s ON s.setl_id = w.setl_id
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = s.mdtrt_id
UNION ALL
SELECT DISTINCT w.hit_id, 'medins.family_group' AS dataset, f._file, f._row, 'family' AS role
FROM swiped AS w
INNER JOIN medins.family_group AS f ON f.certno = w.certno
UNION ALL
SELECT w.hit_id, 'medins.agent_pickup' AS dataset, a._file, a._row, 'agent' AS role
FROM swiped AS w
INNER JOIN medins.setl_d AS s ON s.setl_id = w.setl_id
INNER JOIN medins.agent_pickup AS a ON a.mdtrt_id = s.mdtrt_id

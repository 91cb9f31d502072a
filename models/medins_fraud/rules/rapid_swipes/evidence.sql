-- The swipes of the window with their settlements, the terminal, the permit, and pick-up notes.
WITH swiped AS (
    SELECT h.hit_id, w.setl_id, w._file, w._row
    FROM {{hits}} AS h
    INNER JOIN medins.terminal_swipe AS w
        ON w.terminal_id = h.terminal_id
        AND w.swipe_time BETWEEN h.from_time AND h.to_time
)
SELECT hit_id, 'medins.terminal_swipe' AS dataset, _file, _row, 'swipe' AS role
FROM swiped
UNION ALL
SELECT w.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM swiped AS w
INNER JOIN medins.setl_d AS s ON s.setl_id = w.setl_id OR s.init_setl_id = w.setl_id
UNION ALL
SELECT h.hit_id, 'medins.terminal' AS dataset, t._file, t._row, 'terminal' AS role
FROM {{hits}} AS h
INNER JOIN medins.terminal AS t ON t.terminal_id = h.terminal_id
UNION ALL
SELECT h.hit_id, 'medins.outreach' AS dataset, o._file, o._row, 'outreach' AS role
FROM {{hits}} AS h
INNER JOIN medins.outreach AS o ON o.outreach_id = h.outreach_id
UNION ALL
SELECT w.hit_id, 'medins.agent_pickup' AS dataset, a._file, a._row, 'agent' AS role
FROM swiped AS w
INNER JOIN medins.setl_d AS s ON s.setl_id = w.setl_id
INNER JOIN medins.agent_pickup AS a ON a.mdtrt_id = s.mdtrt_id

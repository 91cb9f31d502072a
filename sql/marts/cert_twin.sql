-- name: cert_twin
-- title: 票面与底册相同的证
-- grain: one row per card shown on site and certificate in a register with the same name, category and validity
-- inputs: marts.cert_card, marts.cert_register
-- materialise: delta
-- id_no and cert_no are the register's, id_slips and number_slips say in how many characters the card's document number
-- and certificate number differ from them: 0, 1 (one other, one missing or one too many), NULL for more.
-- Numbers have at most 40 characters.
WITH pairs AS (
    SELECT DISTINCT c.check_id, c.id_no AS card_id_no, c.cert_no AS card_cert_no, r.id_no, r.cert_no
    FROM marts.cert_card AS c
    JOIN marts.cert_register AS r
        ON r.name = c.name AND r.category = c.category AND r.valid_from = c.valid_from AND r.valid_to = c.valid_to
),
written AS (
    SELECT card_id_no AS shown, id_no AS registered
    FROM pairs
    UNION
    SELECT card_cert_no, cert_no
    FROM pairs
),
compared AS (
    SELECT
        shown, registered,
        CASE WHEN length(shown) < length(registered) THEN 0 ELSE 1 END AS shown_step,
        CASE WHEN length(shown) > length(registered) THEN 0 ELSE 1 END AS registered_step
    FROM written
    WHERE shown <> registered
),
positions AS (
    SELECT k
    FROM (
        VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20),
        (21), (22), (23), (24), (25), (26), (27), (28), (29), (30), (31), (32), (33), (34), (35), (36), (37), (38), (39), (40)
    ) AS v (k)
),
slips AS (
    SELECT DISTINCT c.shown, c.registered, 1 AS slips
    FROM compared AS c
    CROSS JOIN positions AS p
    WHERE left(c.shown, p.k - 1) = left(c.registered, p.k - 1)
        AND substr(c.shown, p.k + c.shown_step) = substr(c.registered, p.k + c.registered_step)
)
SELECT
    p.check_id, p.id_no, p.cert_no,
    CASE WHEN p.id_no = p.card_id_no THEN 0 ELSE i.slips END AS id_slips,
    CASE WHEN p.cert_no = p.card_cert_no THEN 0 ELSE n.slips END AS number_slips
FROM pairs AS p
LEFT JOIN slips AS i ON i.shown = p.card_id_no AND i.registered = p.id_no
LEFT JOIN slips AS n ON n.shown = p.card_cert_no AND n.registered = p.cert_no

-- name: cert_twin
-- title: 与票面只差一个字符的登记
-- grain: one row per card shown on site and certificate in a register that differs from it in hardly more than a typing error
-- inputs: marts.cert_card, marts.cert_register
-- materialise: delta
-- Name, category and validity agree, and the document numbers differ in one character at most (one other, one missing or
-- one too many); is_number_near says that the certificate numbers do so, too. id_no and cert_no are the register's. Equal
-- cards are left out. One wrong character leaves one half of a number as it is: that sorts out most of those who only
-- share a name. Numbers have at most 40 characters.
WITH cards AS (
    SELECT
        check_id, name, category, valid_from, valid_to, id_no, cert_no, CAST(floor(length(id_no) / 2.0) AS INTEGER) AS half
    FROM marts.cert_card
),
pairs AS (
    SELECT DISTINCT c.check_id, c.id_no AS card_id_no, c.cert_no AS card_cert_no, r.id_no, r.cert_no
    FROM cards AS c
    JOIN marts.cert_register AS r
        ON r.name = c.name AND r.category = c.category AND r.valid_from = c.valid_from AND r.valid_to = c.valid_to
    WHERE (r.id_no <> c.id_no OR r.cert_no <> c.cert_no)
        AND (left(r.id_no, c.half) = left(c.id_no, c.half) OR right(r.id_no, c.half) = right(c.id_no, c.half))
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
near AS (
    SELECT DISTINCT c.shown, c.registered
    FROM compared AS c
    CROSS JOIN positions AS p
    WHERE left(c.shown, p.k - 1) = left(c.registered, p.k - 1)
        AND substr(c.shown, p.k + c.shown_step) = substr(c.registered, p.k + c.registered_step)
)
SELECT
    p.check_id, p.id_no, p.cert_no,
    p.cert_no = p.card_cert_no OR n.shown IS NOT NULL AS is_number_near
FROM pairs AS p
LEFT JOIN near AS i ON i.shown = p.card_id_no AND i.registered = p.id_no
LEFT JOIN near AS n ON n.shown = p.card_cert_no AND n.registered = p.cert_no
WHERE p.id_no = p.card_id_no OR i.shown IS NOT NULL

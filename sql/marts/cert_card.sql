-- name: cert_card
-- title: 现场出示的证与底册
-- grain: one row per card written down in a check on site
-- inputs: cert.cert_presented, cert.category_rename, marts.cert_id_document, marts.cert_register
-- materialise: delta
-- in_register: the person holds this category in any register. has_twin: a register row of the same name, category and
-- validity stands under some number, so that a number was probably written down wrongly. as_of: when the register of
-- the card's system was last exported.
WITH cards AS (
    SELECT
        p.check_id, p.worker_id, p.name, p.id_type, p.id_no, coalesce(d.person_id, p.id_no) AS person_id, p.cert_no, p.cert_system,
        p.work_category, coalesce(n.new_category, p.work_category) AS category, p.first_issue, p.valid_from, p.valid_to,
        p.check_date, p._file, p._row
    FROM cert.cert_presented AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = p.work_category
),
held AS (
    SELECT DISTINCT coalesce(d.person_id, r.id_no) AS person_id, r.category
    FROM marts.cert_register AS r
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = r.id_no
),
twins AS (
    SELECT DISTINCT name, category, valid_from, valid_to
    FROM marts.cert_register
),
exported AS (
    SELECT register, max(as_of) AS as_of
    FROM marts.cert_register
    GROUP BY register
)
SELECT
    c.check_id, c.worker_id, c.name, c.id_type, c.id_no, c.person_id, c.cert_no, c.cert_system, c.work_category, c.category,
    c.first_issue, c.valid_from, c.valid_to, c.check_date,
    h.person_id IS NOT NULL AS in_register,
    t.name IS NOT NULL AS has_twin,
    e.as_of,
    'cert.cert_presented' AS source_dataset, c._file, c._row
FROM cards AS c
LEFT JOIN held AS h ON h.person_id = c.person_id AND h.category = c.category
LEFT JOIN twins AS t
    ON t.name = c.name AND t.category = c.category AND t.valid_from = c.valid_from AND t.valid_to = c.valid_to
LEFT JOIN exported AS e ON e.register = c.cert_system

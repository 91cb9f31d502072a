-- name: cert_card
-- title: 现场出示的证与底册
-- grain: one row per card written down in a check on site
-- inputs: cert.cert_presented, cert.category_rename, cert.training_enrolment, marts.cert_id_document, marts.cert_register
-- materialise: delta
-- person_id is the holder's present 18-digit number, category the present name of the category. in_register: the person
-- holds this category in any register. has_twin: a register row of the same name, category and validity stands under
-- some number, so that a number was probably written down wrongly. is_confirmed: such a row has the card's number and
-- holder, too. as_of: when the register of the card's system was last exported. enrolled_on: the person's last
-- payment to a training school for this category up to the check.
WITH cards AS (
    SELECT
        p.check_id, p.worker_id, p.name, p.id_type, p.id_no, d.id18, d.is_valid, d.person_id, p.cert_no, p.cert_system,
        p.work_category, coalesce(n.new_category, p.work_category) AS category, p.issuer, p.first_issue, p.valid_from,
        p.valid_to, p.review_done, p.qr_url, p.image_no, p.check_date, p.checker_org, p._file, p._row
    FROM cert.cert_presented AS p
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = p.id_no
    LEFT JOIN cert.category_rename AS n ON n.old_category = p.work_category
),
held AS (
    SELECT DISTINCT person_id, category
    FROM marts.cert_register
),
twins AS (
    SELECT DISTINCT name, category, valid_from, valid_to
    FROM marts.cert_register
),
confirmed AS (
    SELECT DISTINCT c.check_id
    FROM cards AS c
    JOIN marts.cert_register AS r
        ON r.person_id = c.person_id AND r.cert_no = c.cert_no AND r.name = c.name AND r.category = c.category
        AND r.valid_from = c.valid_from AND r.valid_to = c.valid_to
),
exported AS (
    SELECT register, max(as_of) AS as_of
    FROM marts.cert_register
    GROUP BY register
),
enrolled AS (
    SELECT c.check_id, max(t.paid_date) AS enrolled_on
    FROM cards AS c
    JOIN marts.cert_id_document AS d ON d.person_id = c.person_id
    JOIN cert.training_enrolment AS t
        ON t.id_no = d.id_no AND t.work_category = c.work_category AND t.paid_date <= c.check_date
    GROUP BY c.check_id
)
SELECT
    c.check_id, c.worker_id, c.name, c.id_type, c.id_no, c.id18, c.is_valid, c.person_id, c.cert_no, c.cert_system,
    c.work_category, c.category, c.issuer, c.first_issue, c.valid_from, c.valid_to, c.review_done, c.qr_url, c.image_no,
    c.check_date, c.checker_org,
    h.person_id IS NOT NULL AS in_register,
    t.name IS NOT NULL AS has_twin,
    k.check_id IS NOT NULL AS is_confirmed,
    e.as_of,
    r.enrolled_on,
    'cert.cert_presented' AS source_dataset, c._file, c._row
FROM cards AS c
LEFT JOIN held AS h ON h.person_id = c.person_id AND h.category = c.category
LEFT JOIN twins AS t
    ON t.name = c.name AND t.category = c.category AND t.valid_from = c.valid_from AND t.valid_to = c.valid_to
LEFT JOIN confirmed AS k ON k.check_id = c.check_id
LEFT JOIN exported AS e ON e.register = c.cert_system
LEFT JOIN enrolled AS r ON r.check_id = c.check_id

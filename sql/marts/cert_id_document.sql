-- name: cert_id_document
-- title: 证件号码对照
-- grain: one row per document number as any certificate dataset writes it
-- inputs: cert.site_worker, cert.cert_presented, cert.cert_official, cert.cert_housing, cert.cert_samr, cert.cert_other_register, cert.fake_order, cert.training_enrolment, cert.identity_change, cert.admin_penalty, cert.case_transfer, cert.exam_record
-- materialise: delta
-- 15-digit resident numbers become 18-digit ones (GB 11643-1999), numbers changed by the police lead to the present
-- number (one change; chains are not followed). is_valid is NULL for passports and other documents.
WITH written AS (
    SELECT id_no FROM cert.site_worker
    UNION SELECT id_no FROM cert.cert_presented
    UNION SELECT id_no FROM cert.cert_official
    UNION SELECT id_no FROM cert.cert_housing
    UNION SELECT id_no FROM cert.cert_samr
    UNION SELECT id_no FROM cert.cert_other_register
    UNION SELECT buyer_id FROM cert.fake_order
    UNION SELECT id_no FROM cert.training_enrolment
    UNION SELECT party_id FROM cert.admin_penalty
    UNION SELECT person_id_no FROM cert.case_transfer
    UNION SELECT id_no FROM cert.exam_record
    UNION SELECT old_id_no FROM cert.identity_change
    UNION SELECT new_id_no FROM cert.identity_change
),
bodies AS (
    SELECT
        id_no,
        CASE
            WHEN regexp_matches(id_no, '^[0-9]{17}[0-9X]$') THEN substr(id_no, 1, 17)
            WHEN regexp_matches(id_no, '^[0-9]{15}$') THEN substr(id_no, 1, 6) || '19' || substr(id_no, 7, 9)
        END AS body
    FROM written
    WHERE id_no IS NOT NULL
),
remainders AS (
    SELECT
        id_no,
        body,
        (
            7 * (strpos('0123456789', substr(body, 1, 1)) - 1)
            + 9 * (strpos('0123456789', substr(body, 2, 1)) - 1)
            + 10 * (strpos('0123456789', substr(body, 3, 1)) - 1)
            + 5 * (strpos('0123456789', substr(body, 4, 1)) - 1)
            + 8 * (strpos('0123456789', substr(body, 5, 1)) - 1)
            + 4 * (strpos('0123456789', substr(body, 6, 1)) - 1)
            + 2 * (strpos('0123456789', substr(body, 7, 1)) - 1)
            + (strpos('0123456789', substr(body, 8, 1)) - 1)
            + 6 * (strpos('0123456789', substr(body, 9, 1)) - 1)
            + 3 * (strpos('0123456789', substr(body, 10, 1)) - 1)
            + 7 * (strpos('0123456789', substr(body, 11, 1)) - 1)
            + 9 * (strpos('0123456789', substr(body, 12, 1)) - 1)
            + 10 * (strpos('0123456789', substr(body, 13, 1)) - 1)
            + 5 * (strpos('0123456789', substr(body, 14, 1)) - 1)
            + 8 * (strpos('0123456789', substr(body, 15, 1)) - 1)
            + 4 * (strpos('0123456789', substr(body, 16, 1)) - 1)
            + 2 * (strpos('0123456789', substr(body, 17, 1)) - 1)
        ) % 11 AS remainder
    FROM bodies
),
checked AS (
    SELECT
        id_no,
        CASE
            WHEN body IS NULL OR length(id_no) = 18 THEN id_no
            ELSE body || substr('10X98765432', CAST(remainder AS INTEGER) + 1, 1)
        END AS id18,
        CASE
            WHEN body IS NOT NULL
                THEN (length(id_no) = 15 OR substr(id_no, 18, 1) = substr('10X98765432', CAST(remainder AS INTEGER) + 1, 1))
                    AND TRY_CAST(
                        substr(body, 7, 4) || '-' || substr(body, 11, 2) || '-' || substr(body, 13, 2) AS DATE
                    ) IS NOT NULL
        END AS is_valid
    FROM remainders
),
changes AS (
    SELECT o.id18 AS old_id, max(n.id18) AS new_id
    FROM cert.identity_change AS c
    JOIN checked AS o ON o.id_no = c.old_id_no
    JOIN checked AS n ON n.id_no = c.new_id_no
    WHERE o.id18 <> n.id18
    GROUP BY o.id18
)
SELECT
    k.id_no,
    k.id18,
    k.is_valid,
    coalesce(c.new_id, k.id18) AS person_id,
    c.new_id IS NOT NULL AS is_former
FROM checked AS k
LEFT JOIN changes AS c ON c.old_id = k.id18

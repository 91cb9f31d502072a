-- name: cert_register
-- title: 各系统证书底册
-- grain: one row per row of the four registers
-- inputs: cert.cert_official, cert.cert_housing, cert.cert_samr, cert.cert_other_register, cert.category_rename, marts.cert_id_document
-- materialise: delta
-- category is the present name of the category, category_written the one in the register. person_id is the holder's
-- present 18-digit number, is_former says that the register knows an earlier one.
WITH registers AS (
    SELECT
        '应急' AS register, cert_no, id_no, name, work_category, issuer, first_issue, valid_from, valid_to,
        review_due, review_done, status, status_date, as_of, 'cert.cert_official' AS source_dataset, _file, _row
    FROM cert.cert_official
    UNION ALL
    SELECT
        '住建', cert_no, id_no, name, work_category, issuer, first_issue, valid_from, valid_to,
        CAST(NULL AS DATE), CAST(NULL AS DATE), status, status_date, as_of, 'cert.cert_housing', _file, _row
    FROM cert.cert_housing
    UNION ALL
    SELECT
        '市监', cert_no, id_no, name, work_category, issuer, first_issue, valid_from, valid_to,
        CAST(NULL AS DATE), CAST(NULL AS DATE), status, status_date, as_of, 'cert.cert_samr', _file, _row
    FROM cert.cert_samr
    UNION ALL
    SELECT
        register, cert_no, id_no, name, work_category, issuer, first_issue, valid_from, valid_to,
        CAST(NULL AS DATE), CAST(NULL AS DATE), status, status_date, as_of, 'cert.cert_other_register', _file, _row
    FROM cert.cert_other_register
)
SELECT
    r.register, r.cert_no, r.id_no, r.name,
    coalesce(n.new_category, r.work_category) AS category,
    r.work_category AS category_written,
    d.id18, d.person_id, d.is_former,
    r.issuer, r.first_issue, r.valid_from, r.valid_to, r.review_due, r.review_done, r.status, r.status_date, r.as_of,
    r.source_dataset, r._file, r._row
FROM registers AS r
LEFT JOIN cert.category_rename AS n ON n.old_category = r.work_category
LEFT JOIN marts.cert_id_document AS d ON d.id_no = r.id_no

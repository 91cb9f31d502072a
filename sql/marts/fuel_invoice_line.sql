-- name: fuel_invoice_line
-- title: 成品油发票明细（折升）
-- grain: one row per line of an invoice for refined oil that is not voided
-- inputs: fuel.vat_invoice, ref.refined_oil_code
-- materialise: delta
-- Quantities in litres by the conversion of the tax code, negative on credit notes. origin_no and origin_month are those
-- of the invoice a credit note takes back, else the line's own: summed by them, a credit note meets what it corrects.
-- is_first_issue leaves out the credit note and the new invoice where one was issued in place of another: what is left
-- counts the goods once, in the month they were first invoiced.
WITH issued AS (
    SELECT inv_no, min(issue_ts) AS issue_ts
    FROM fuel.vat_invoice
    GROUP BY inv_no
),
replaced AS (
    SELECT DISTINCT reissue_of AS inv_no
    FROM fuel.vat_invoice
    WHERE reissue_of IS NOT NULL AND status <> '作废'
)
SELECT
    i.inv_no,
    i.line_no,
    i.seller_uscc,
    i.buyer_uscc,
    i.issue_ts,
    CAST(date_trunc('month', i.issue_ts) AS DATE) AS month_start,
    i.spec AS oil_grade,
    r.oil_group,
    i.unit,
    i.qty,
    CAST(
        CASE i.unit
            WHEN '升' THEN i.qty
            WHEN '吨' THEN i.qty * r.litres_per_tonne
            WHEN '公斤' THEN i.qty * r.litres_per_tonne * 0.001 -- literal: kilograms to tonnes
        END AS DECIMAL(18, 4)
    ) AS litres,
    i.amt_ex_tax,
    i.tax,
    i.red_of,
    coalesce(i.red_of, i.inv_no) AS origin_no,
    CAST(date_trunc('month', coalesce(o.issue_ts, i.issue_ts)) AS DATE) AS origin_month,
    i.reissue_of IS NULL AND n.inv_no IS NULL AS is_first_issue
FROM fuel.vat_invoice AS i
JOIN ref.refined_oil_code AS r ON r.tax_class_code = i.tax_class_code
LEFT JOIN issued AS o ON o.inv_no = i.red_of
LEFT JOIN replaced AS n ON n.inv_no = i.red_of
WHERE i.status <> '作废'

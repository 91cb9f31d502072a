-- Both settlements with their refunds, and both copies of the invoice.
WITH both_sides AS (
    SELECT hit_id, first_setl_id AS setl_id, invoice_code, invoice_no FROM {{hits}}
    UNION ALL
    SELECT hit_id, second_setl_id AS setl_id, invoice_code, invoice_no FROM {{hits}}
)
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM both_sides AS h
INNER JOIN medins.setl_d AS s ON s.setl_id = h.setl_id
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, r._file, r._row, 'settlement' AS role
FROM both_sides AS h
INNER JOIN medins.setl_d AS r ON r.init_setl_id = h.setl_id
UNION ALL
SELECT h.hit_id, 'medins.invoice' AS dataset, i._file, i._row, 'invoice' AS role
FROM both_sides AS h
INNER JOIN medins.invoice AS i
    ON i.setl_id = h.setl_id
    AND i.invoice_code = h.invoice_code
    AND i.invoice_no = h.invoice_no

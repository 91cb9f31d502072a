-- 变名：全年以化工品名（编码不属成品油）大量购进却只销售成品油，或者购进成品油却以化工品名大量销售。按纳税人、年、方向。
-- 已检验的合理解释：红冲后按成品油重开、公斤误填为吨、直送下游实际用户、原名购进原名售出。
WITH chemical AS (
    SELECT i.inv_no, i.line_no, i.seller_uscc, i.buyer_uscc, i.red_of, i.issue_ts, year(i.issue_ts) AS tax_year, i.amt_ex_tax, i.tax,
        CAST(CASE i.unit WHEN '公斤' THEN i.qty * 0.001 ELSE i.qty END AS DECIMAL(18, 4)) AS tonnes,  -- literal: 公斤换吨
        CAST(
            CASE WHEN i.unit = '吨' AND abs(i.amt_ex_tax) < abs(i.qty) * $min_yuan_per_tonne THEN i.qty * 0.001  -- literal: 公斤换吨
            WHEN i.unit = '公斤' THEN i.qty * 0.001 ELSE i.qty END  -- literal: 公斤换吨
            AS DECIMAL(18, 4)
        ) AS fixed_tonnes
    FROM fuel.vat_invoice AS i
    LEFT JOIN ref.refined_oil_code AS r ON r.tax_class_code = i.tax_class_code
    WHERE r.tax_class_code IS NULL AND i.status <> '作废' AND i.unit <> '升' AND i.buyer_uscc IS NOT NULL
        AND regexp_matches(i.goods_name, $renamed_goods_pattern)
),
direct AS (
    SELECT DISTINCT c.inv_no, c.line_no
    FROM chemical AS c
    JOIN fuel.delivery_agreement AS a
        ON a.inv_no = c.inv_no AND (a.uscc = c.buyer_uscc OR a.uscc = c.seller_uscc) AND a.kind = '直送'
),
side AS (
    SELECT c.inv_no, c.line_no, c.buyer_uscc AS uscc, 'BUY' AS direction, c.tax_year, c.red_of, c.issue_ts, c.tonnes, c.fixed_tonnes, c.amt_ex_tax, c.tax
    FROM chemical AS c
    UNION ALL
    SELECT c.inv_no, c.line_no, c.seller_uscc AS uscc, 'SELL' AS direction, c.tax_year, c.red_of, c.issue_ts, c.tonnes, c.fixed_tonnes, c.amt_ex_tax, c.tax
    FROM chemical AS c
),
volume AS (
    SELECT
        s.uscc, s.direction, s.tax_year,
        sum(CASE WHEN s.red_of IS NULL THEN s.tonnes END) AS gross_t,
        sum(s.tonnes) AS net_t, sum(s.fixed_tonnes) AS fixed_t,
        sum(CASE WHEN d.inv_no IS NULL THEN s.fixed_tonnes ELSE 0 END) AS kept_t,
        sum(s.amt_ex_tax) AS amt, sum(s.tax) AS tax, count(*) AS invoice_count,
        CAST(min(s.issue_ts) AS DATE) AS first_issue, CAST(max(s.issue_ts) AS DATE) AS last_issue
    FROM side AS s
    LEFT JOIN direct AS d ON d.inv_no = s.inv_no AND d.line_no = s.line_no
    GROUP BY s.uscc, s.direction, s.tax_year
),
fuel_invoice AS (
    SELECT i.seller_uscc, i.buyer_uscc, year(i.issue_ts) AS tax_year
    FROM fuel.vat_invoice AS i
    JOIN ref.refined_oil_code AS r ON r.tax_class_code = i.tax_class_code
    WHERE i.status <> '作废' AND i.amt_ex_tax > 0 AND EXISTS (SELECT 1 FROM fuel.oil_grade AS g WHERE g.oil_group = r.oil_group)
),
fuel_side AS (
    SELECT s.uscc, 'BUY' AS direction, year(p.period) AS tax_year
    FROM fuel.oil_psi AS p
    JOIN fuel.gas_station AS s ON s.station_id = p.station_id
    WHERE p.out_l > 0
    UNION ALL
    SELECT seller_uscc, 'BUY', tax_year FROM fuel_invoice
    UNION ALL
    SELECT buyer_uscc, 'SELL', tax_year FROM fuel_invoice
),
matched AS (
    SELECT
        v.uscc, v.direction, v.tax_year, v.gross_t, v.net_t, v.fixed_t, v.kept_t, v.amt, v.tax, v.invoice_count, v.first_issue, v.last_issue,
        o.net_t AS other_t
    FROM volume AS v
    LEFT JOIN volume AS o ON o.uscc = v.uscc AND o.tax_year = v.tax_year AND o.direction <> v.direction
    WHERE v.gross_t > $renamed_tonnes
        AND EXISTS (SELECT 1 FROM fuel_side AS f WHERE f.uscc = v.uscc AND f.direction = v.direction AND f.tax_year = v.tax_year)
),
explained AS (
    SELECT
        m.uscc, m.direction, m.tax_year, m.gross_t, m.net_t, m.fixed_t, m.kept_t, m.amt, m.tax, m.invoice_count, m.first_issue, m.last_issue,
        CASE
            WHEN m.net_t <= $renamed_tonnes THEN 'RED_REISSUE'
            WHEN m.fixed_t <= $renamed_tonnes THEN 'UNIT_ERROR'
            WHEN m.kept_t <= $renamed_tonnes THEN 'DROP_SHIPMENT'
            WHEN m.kept_t - m.other_t <= $renamed_tonnes THEN 'NAME_KEPT'
        END AS exclusion_code
    FROM matched AS m
)
SELECT
    uscc AS subject_id,
    first_issue AS occurred_from,
    last_issue AS occurred_to,
    CASE WHEN exclusion_code IS NULL THEN CAST(tax AS DECIMAL(18, 2)) END AS amount,
    exclusion_code,
    tax_year,
    CASE direction WHEN 'BUY' THEN '化工品名购进、成品油售出' ELSE '成品油购进、化工品名售出' END AS direction,
    invoice_count,
    CAST(gross_t AS DECIMAL(18, 3)) AS gross_t,
    CAST(kept_t AS DECIMAL(18, 3)) AS renamed_t,
    CAST(amt AS DECIMAL(18, 2)) AS renamed_amt,
    CAST(tax AS DECIMAL(18, 2)) AS renamed_tax
FROM explained

-- name: fuel_wholesale_month
-- title: 批零兼营月度批发
-- grain: one row per taxpayer, oil grade and month with wholesale
-- inputs: marts.fuel_invoice_line, fuel.gas_station, fuel.oil_grade
-- materialise: delta
-- Petrol and diesel that taxpayers with a station licensed for both trades sold to firms by the tonne. Invoices name the
-- taxpayer, not the station. Credit notes count against it, an invoice issued in place of another counts once.
SELECT l.seller_uscc AS uscc, l.oil_grade, l.month_start, sum(l.litres) AS wholesale_l
FROM marts.fuel_invoice_line AS l
WHERE
    l.unit = '吨'
    AND l.buyer_uscc IS NOT NULL
    AND l.is_first_issue
    AND EXISTS (SELECT 1 FROM fuel.oil_grade AS g WHERE g.oil_group = l.oil_group)
    AND EXISTS (SELECT 1 FROM fuel.gas_station AS s WHERE s.uscc = l.seller_uscc AND s.biz_scope = '批零兼营')
GROUP BY l.seller_uscc, l.oil_grade, l.month_start

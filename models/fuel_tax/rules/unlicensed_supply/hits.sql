-- 无证或停业仍受油：运单送达之日，收货站的许可已过期、吊销、注销，或者该站已注销。按纳税人、月、情形。
-- 已检验的合理解释：已换新证、试运行或临时许可、同址承继、直送实际用户、退回未卸。
WITH delivery AS (
    SELECT waybill_no, consignee_uscc, status, CAST(coalesce(unload_ts, load_ts) AS DATE) AS arrive_date, qty_t
    FROM fuel.haz_waybill
    WHERE status = '已签收' OR status = '退回'
),
arrival AS (
    SELECT
        s.uscc, s.station_id, s.close_date, s.permit_from, s.permit_to, s.permit_status_date,
        w.waybill_no, w.status, w.arrive_date, w.qty_t,
        CASE
            WHEN s.status = '注销' AND s.close_date < w.arrive_date THEN '加油站已注销'
            WHEN s.permit_status <> '有效' AND s.permit_status_date <= w.arrive_date THEN '许可已吊销或注销'
            WHEN s.permit_to < w.arrive_date THEN '许可已过期'
            WHEN s.permit_from > w.arrive_date THEN '许可尚未生效'
        END AS finding
    FROM delivery AS w
    JOIN fuel.gas_station AS s ON s.uscc = w.consignee_uscc
),
permit AS (
    SELECT
        station_id, uscc, permit_no, kind, valid_from,
        CASE WHEN status = '有效' THEN valid_to ELSE least(valid_to, status_date - 1) END AS valid_to
    FROM fuel.station_permit
),
explained AS (
    SELECT
        a.uscc, a.station_id, a.close_date, a.permit_from, a.permit_to, a.permit_status_date, a.arrive_date, a.qty_t, a.finding,
        CASE
            WHEN a.status = '退回' THEN 'RETURNED'
            WHEN EXISTS (
                SELECT 1 FROM permit AS p
                WHERE p.station_id = a.station_id AND p.uscc = a.uscc AND p.kind = '正式'
                    AND p.valid_from <= a.arrive_date AND p.valid_to >= a.arrive_date
            ) THEN 'RENEWED'
            WHEN EXISTS (
                SELECT 1 FROM permit AS p
                WHERE p.station_id = a.station_id AND p.uscc = a.uscc
                    AND p.valid_from <= a.arrive_date AND p.valid_to >= a.arrive_date
            ) THEN 'PROVISIONAL'
            WHEN EXISTS (
                SELECT 1 FROM permit AS p
                WHERE p.station_id = a.station_id AND p.kind = '正式'
                    AND p.valid_from <= a.arrive_date AND p.valid_to >= a.arrive_date
            ) THEN 'SUCCESSOR'
            WHEN EXISTS (
                SELECT 1 FROM fuel.delivery_agreement AS d
                JOIN fuel.vat_invoice AS i ON i.buyer_uscc = d.partner_uscc
                WHERE d.waybill_no = a.waybill_no AND d.uscc = a.uscc AND d.kind <> '调拨' AND i.status <> '作废'
                    AND abs(datediff('day', CAST(i.issue_ts AS DATE), a.arrive_date)) <= $invoice_days
            ) THEN 'DROP_SHIPMENT'
        END AS exclusion_code
    FROM arrival AS a
    WHERE a.finding IS NOT NULL
)
SELECT
    e.uscc AS subject_id,
    min(e.arrive_date) AS occurred_from,
    max(e.arrive_date) AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    e.exclusion_code,
    e.station_id,
    CAST(date_trunc('month', e.arrive_date) AS DATE) AS month_start,
    e.finding,
    CASE e.finding
        WHEN '加油站已注销' THEN '注销日期' || CAST(e.close_date AS VARCHAR)
        WHEN '许可已吊销或注销' THEN '许可终止日期' || CAST(e.permit_status_date AS VARCHAR)
        WHEN '许可尚未生效' THEN '许可起始日期' || CAST(e.permit_from AS VARCHAR)
        ELSE '许可截止日期' || CAST(e.permit_to AS VARCHAR)
    END AS account,
    count(*) AS load_count,
    CAST(sum(e.qty_t) AS DECIMAL(18, 3)) AS load_t,
    e.permit_to,
    e.permit_status_date,
    e.close_date
FROM explained AS e
GROUP BY
    e.uscc, e.exclusion_code, e.station_id, CAST(date_trunc('month', e.arrive_date) AS DATE), e.finding,
    e.close_date, e.permit_from, e.permit_to, e.permit_status_date

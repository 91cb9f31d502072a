-- 资金回流：购方付款后几天内，销方或其涉税人员把扣除固定比例后的款项转回购方或其涉税人员，双方同期有专用发票。
-- 已检验的合理解释：退货退款、借款合同、集团资金归集、税务结论没有税款损失。
WITH side AS (
    SELECT uscc, uscc AS member FROM entity.company
    UNION
    SELECT uscc, id_number FROM tax.duty_person
),
paid AS (
    SELECT t.flow_no, t.payee_id AS seller, t.payer_id AS buyer, CAST(t.paid_at AS DATE) AS paid_date, t.paid_at, t.amount_yuan
    FROM bank.transfer AS t
),
returned AS (
    SELECT
        p.flow_no AS in_flow,
        r.flow_no AS back_flow,
        p.seller,
        p.buyer,
        p.paid_date,
        CAST(r.paid_at AS DATE) AS back_date,
        p.amount_yuan AS in_yuan,
        r.amount_yuan AS back_yuan
    FROM paid AS p
    JOIN side AS a ON a.uscc = p.seller
    JOIN bank.transfer AS r ON r.payer_id = a.member
        AND r.paid_at > p.paid_at AND datediff('day', p.paid_date, CAST(r.paid_at AS DATE)) <= $return_days
        AND r.amount_yuan BETWEEN p.amount_yuan * $return_low AND p.amount_yuan * $return_high
    JOIN side AS b ON b.uscc = p.buyer AND b.member = r.payee_id
),
invoiced AS (
    SELECT
        r.in_flow, r.back_flow, r.seller, r.buyer, r.paid_date, r.back_date, r.in_yuan, r.back_yuan,
        count(*) AS invoice_count,
        sum(i.tax_yuan) AS tax_yuan
    FROM returned AS r
    JOIN tax.special_invoice AS i
        ON i.seller_uscc = r.seller AND i.buyer_uscc = r.buyer AND i.status <> '作废'
        AND abs(datediff('day', r.paid_date, i.issue_date)) <= $trade_days
    GROUP BY r.in_flow, r.back_flow, r.seller, r.buyer, r.paid_date, r.back_date, r.in_yuan, r.back_yuan
)
SELECT
    v.seller AS subject_id,
    v.paid_date AS occurred_from,
    v.back_date AS occurred_to,
    CAST(v.tax_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM tax.trade_contract AS t
            WHERE t.kind = '退货' AND t.uscc = v.seller AND t.partner_id = v.buyer
                AND v.back_date BETWEEN t.valid_from AND coalesce(t.valid_to, v.back_date)
        ) THEN 'REFUND'
        WHEN EXISTS (
            SELECT 1 FROM tax.trade_contract AS t
            WHERE t.kind = '借款' AND t.uscc = v.seller AND t.partner_id = v.buyer
                AND v.back_date BETWEEN t.valid_from AND coalesce(t.valid_to, v.back_date)
        ) THEN 'LOAN'
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            JOIN tax.filing AS g ON g.party_id = f.party_id AND g.kind = '资金归集' AND g.uscc = v.buyer
            WHERE f.kind = '资金归集' AND f.uscc = v.seller
                AND v.back_date BETWEEN f.valid_from AND coalesce(f.valid_to, v.back_date)
        ) THEN 'CASH_POOL'
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.kind = '无税款损失' AND f.uscc = v.seller
                AND v.paid_date BETWEEN f.valid_from AND coalesce(f.valid_to, v.paid_date)
        ) THEN 'NO_TAX_LOSS'
    END AS exclusion_code,
    v.buyer AS buyer_uscc,
    v.in_flow,
    v.back_flow,
    v.in_yuan,
    v.back_yuan,
    CAST(1 - v.back_yuan / v.in_yuan AS DECIMAL(18, 6)) AS fee_share,
    v.invoice_count
FROM invoiced AS v

-- 贷款流向购房：放款后不久，借款人网签购买另一处房屋。
-- 已检验的合理解释：购买的是商业用房、此前卖房所得足以支付。
SELECT
    l.borrower_id AS subject_id,
    l.disbursed_on AS occurred_from,
    t.signed_on AS occurred_to,
    l.amount_yuan AS amount,
    CASE
        WHEN t.use_kind = '商业' THEN 'BUSINESS_PREMISES'
        WHEN EXISTS (
            SELECT 1 FROM estate.house_trade AS s
            WHERE s.seller_id = l.borrower_id AND s.signed_on <= t.signed_on
                AND datediff('day', s.signed_on, t.signed_on) <= $sale_days AND s.price_yuan >= t.price_yuan
        ) THEN 'OWN_FUNDS'
    END AS exclusion_code,
    l.loan_no,
    t.trade_no,
    t.price_yuan,
    datediff('day', l.disbursed_on, t.signed_on) AS days_after
FROM bank.biz_loan AS l
JOIN estate.house_trade AS t
    ON t.buyer_id = l.borrower_id AND t.house_no IS DISTINCT FROM l.house_no AND t.signed_on >= l.disbursed_on
    AND datediff('day', l.disbursed_on, t.signed_on) <= $purchase_days

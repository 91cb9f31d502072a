-- 受托支付对象集中且资金回转：多名借款人的贷款付给同一对象，几天内大部分转回借款人或者中介人。
-- 已检验的合理解释：对象给借款人企业开了专用发票、双方有退货合同；扣除后仍达到起点的不排除。
WITH returned AS (
    SELECT
        l.payee_id,
        l.loan_no,
        l.borrower_id,
        l.biz_uscc,
        l.amount_yuan,
        l.disbursed_on,
        max(CAST(t.paid_at AS DATE)) AS last_date
    FROM bank.biz_loan AS l
    JOIN bank.transfer AS t
        ON t.payer_id = l.payee_id AND (t.payee_id = l.borrower_id OR t.payee_id = l.broker_id)
        AND CAST(t.paid_at AS DATE) >= l.disbursed_on
        AND datediff('day', l.disbursed_on, CAST(t.paid_at AS DATE)) <= $money_days
    GROUP BY l.payee_id, l.loan_no, l.borrower_id, l.biz_uscc, l.amount_yuan, l.disbursed_on
    HAVING sum(t.amount_yuan) >= l.amount_yuan * $return_share
),
marked AS (
    SELECT
        r.payee_id, r.loan_no, r.borrower_id, r.amount_yuan, r.disbursed_on, r.last_date,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.special_invoice AS i
            WHERE i.seller_uscc = r.payee_id AND i.buyer_uscc = r.biz_uscc AND i.status = '正常'
        ) THEN r.borrower_id END AS supplied_id,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.trade_contract AS c
            WHERE c.kind = '退货' AND c.uscc = r.payee_id AND c.partner_id = r.biz_uscc
        ) THEN r.borrower_id END AS refunded_id
    FROM returned AS r
),
counted AS (
    SELECT
        payee_id,
        count(DISTINCT borrower_id) AS borrower_count,
        count(DISTINCT supplied_id) AS supplied_count,
        count(DISTINCT refunded_id) AS refunded_count,
        count(*) AS loan_count,
        sum(amount_yuan) AS amount_yuan,
        min(disbursed_on) AS occurred_from,
        max(last_date) AS occurred_to
    FROM marked
    GROUP BY payee_id
)
SELECT
    payee_id AS subject_id,
    occurred_from,
    occurred_to,
    CAST(amount_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN borrower_count - supplied_count < $payee_borrowers THEN 'REAL_SUPPLY'
        WHEN borrower_count - refunded_count < $payee_borrowers THEN 'REFUND'
    END AS exclusion_code,
    borrower_count,
    loan_count
FROM counted
WHERE borrower_count >= $payee_borrowers

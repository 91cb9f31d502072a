-- 高评高贷：抵押房产的评估价明显高于申请前不久的网签成交价（取最近一次）。
-- 已检验的合理解释：装修扩建、独立机构复评、参照价是亲属间低价转让。
WITH priced AS (
    SELECT l.loan_no, t.trade_no, t.price_yuan, t.signed_on, t.trade_kind
    FROM bank.biz_loan AS l
    JOIN estate.house_trade AS t
        ON t.house_no = l.house_no AND t.signed_on <= l.applied_on
        AND datediff('day', t.signed_on, l.applied_on) <= $price_days
    QUALIFY row_number() OVER (PARTITION BY l.loan_no ORDER BY t.signed_on DESC, t.trade_no) = 1
)
SELECT
    l.borrower_id AS subject_id,
    p.signed_on AS occurred_from,
    l.disbursed_on AS occurred_to,
    l.amount_yuan AS amount,
    CASE
        WHEN EXISTS (SELECT 1 FROM bank.loan_filing AS a WHERE a.kind = '装修扩建' AND a.loan_no = l.loan_no)
            THEN 'RENOVATED'
        WHEN EXISTS (SELECT 1 FROM bank.loan_filing AS a WHERE a.kind = '复评报告' AND a.loan_no = l.loan_no)
            THEN 'REAPPRAISED'
        WHEN p.trade_kind = '亲属转让' THEN 'FAMILY_PRICE'
    END AS exclusion_code,
    l.loan_no,
    p.trade_no,
    l.eval_yuan,
    p.price_yuan,
    CAST(l.eval_yuan / p.price_yuan AS DECIMAL(18, 6)) AS eval_ratio
FROM bank.biz_loan AS l
JOIN priced AS p ON p.loan_no = l.loan_no
WHERE l.eval_yuan > p.price_yuan * $over_ratio AND p.price_yuan > 0

-- C8 制售账号聚集：同一收款账号卖给若干个不同的买家。
-- 买家按现号码算人，一人买几张只算一人。
-- 已检验的合理解释：订单未付款或已退款、官方考试平台的缴费账号。
WITH orders AS (
    SELECT
        o.order_id, o.seller_account, d.person_id, o.work_category, o.pay_yuan,
        CAST(o.pay_ts AS DATE) AS pay_date, lower(o.site_domain) AS site_domain,
        o.order_status = '已付款' AS is_paid
    FROM cert.fake_order AS o
    JOIN marts.cert_id_document AS d ON d.id_no = o.buyer_id
    WHERE o.seller_account IS NOT NULL
),
official AS (
    SELECT DISTINCT o.order_id
    FROM orders AS o
    JOIN cert.official_domain AS f
        ON (o.site_domain = f.domain OR right(o.site_domain, length(f.domain) + 1) = '.' || f.domain)
        AND f.effective_from <= o.pay_date AND coalesce(f.effective_to, o.pay_date) >= o.pay_date
),
judged AS (
    SELECT
        o.order_id, o.seller_account, o.person_id, o.work_category, o.pay_yuan, o.pay_date, o.site_domain, o.is_paid,
        CASE WHEN o.is_paid AND f.order_id IS NULL THEN 1 ELSE 0 END AS is_sale
    FROM orders AS o
    LEFT JOIN official AS f ON f.order_id = o.order_id
),
account AS (
    SELECT
        seller_account, count(DISTINCT person_id) AS all_buyers,
        count(DISTINCT CASE WHEN is_paid THEN person_id END) AS paid_buyers,
        count(DISTINCT CASE WHEN is_sale = 1 THEN person_id END) AS buyers,
        sum(is_sale) AS orders, sum(is_sale * coalesce(pay_yuan, 0)) AS paid_yuan,
        min(pay_date) AS first_day, max(pay_date) AS last_day, min(site_domain) AS site_domain,
        count(DISTINCT site_domain) AS site_count, count(DISTINCT work_category) AS category_count
    FROM judged
    GROUP BY seller_account
)
SELECT
    seller_account AS subject_id,
    first_day AS occurred_from,
    last_day AS occurred_to,
    CASE WHEN buyers >= $seller_buyers THEN CAST(paid_yuan AS DECIMAL(18, 2)) END AS amount,
    CASE
        WHEN paid_buyers < $seller_buyers THEN 'ORDER_NOT_COMPLETED'
        WHEN buyers < $seller_buyers THEN 'OFFICIAL_SITE'
    END AS exclusion_code,
    buyers,
    paid_buyers,
    CAST(orders AS INTEGER) AS orders,
    CAST(paid_yuan AS DECIMAL(18, 2)) AS paid_yuan,
    site_domain,
    site_count,
    category_count
FROM account
WHERE all_buyers >= $seller_buyers

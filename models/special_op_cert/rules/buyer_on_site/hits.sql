-- C6 买家在岗：在假证制售平台付款买证的人，付款之后仍在工地从事特种作业。
-- Look-alikes named: order unpaid or refunded, not on a special-trade post after the purchase (roster or day trade),
-- genuine certificate obtained before the first day on post (downgrade: the purchase stays punishable),
-- buyer enrolled with a training school (flag).
WITH special AS (
    SELECT DISTINCT trade
    FROM cert.trade_category
),
orders AS (
    SELECT
        o.order_id, d.person_id, o.buyer_name, o.work_category,
        coalesce(n.new_category, o.work_category) AS category,
        o.pay_yuan, CAST(o.pay_ts AS DATE) AS pay_date, o.order_status, o.seller_account, o.site_domain, o.evidence_no
    FROM cert.fake_order AS o
    JOIN marts.cert_id_document AS d ON d.id_no = o.buyer_id
    LEFT JOIN cert.category_rename AS n ON n.old_category = o.work_category
),
roster AS (
    SELECT
        w.worker_id, w.name, w.project_no, w.project_name, w.employer_name, w.trade, w.enter_date,
        coalesce(w.leave_date, $as_of) AS leave_date, d.person_id,
        s.trade IS NOT NULL AS is_special
    FROM cert.site_worker AS w
    JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
    LEFT JOIN special AS s ON s.trade = w.trade
    WHERE d.person_id IN (SELECT person_id FROM orders)
),
stays AS (
    SELECT
        o.order_id, o.person_id, o.buyer_name, o.work_category, o.category, o.pay_yuan, o.pay_date, o.order_status,
        o.seller_account, o.site_domain, o.evidence_no,
        r.worker_id, r.name, r.project_name, r.employer_name, r.trade, r.is_special,
        greatest(o.pay_date, r.enter_date) AS occurred_from,
        least(r.leave_date, $as_of) AS occurred_to
    FROM orders AS o
    JOIN roster AS r ON r.person_id = o.person_id
    WHERE r.leave_date >= o.pay_date AND r.enter_date <= $as_of AND o.pay_date <= $as_of
),
presence AS (
    SELECT
        s.order_id, s.worker_id,
        count(CASE WHEN t.trade IS NOT NULL THEN 1 END) AS special_days,
        min(CASE WHEN t.trade IS NOT NULL THEN a.day END) AS first_day
    FROM cert.attendance AS a
    JOIN stays AS s ON s.worker_id = a.worker_id
    LEFT JOIN special AS t ON t.trade = coalesce(a.day_trade, s.trade)
    WHERE a.day BETWEEN s.occurred_from AND s.occurred_to
    GROUP BY s.order_id, s.worker_id
),
genuine AS (
    SELECT s.order_id, s.worker_id, min(r.valid_from) AS valid_from
    FROM stays AS s
    JOIN marts.cert_id_document AS d ON d.person_id = s.person_id
    JOIN marts.cert_register AS r ON r.id_no = d.id_no AND r.category = s.category
    WHERE r.status IN ('有效', '过期') AND r.valid_to >= s.occurred_to
    GROUP BY s.order_id, s.worker_id
),
schooled AS (
    SELECT DISTINCT s.order_id
    FROM stays AS s
    JOIN cert.training_enrolment AS t ON t.work_category = s.work_category
    JOIN marts.cert_id_document AS d ON d.id_no = t.id_no AND d.person_id = s.person_id
    WHERE t.paid_date <= s.pay_date AND datediff('day', t.paid_date, s.pay_date) <= $school_window_days
)
SELECT
    s.person_id AS subject_id,
    s.occurred_from,
    s.occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN s.order_status <> '已付款' THEN 'ORDER_NOT_COMPLETED'
        WHEN p.special_days = 0 OR (p.order_id IS NULL AND NOT s.is_special) THEN 'WORKED_AS_LABOURER'
        WHEN g.valid_from <= coalesce(p.first_day, s.occurred_from) THEN 'GENUINE_CERT'
        WHEN t.order_id IS NOT NULL THEN 'VICTIM_OF_SCHOOL'
    END AS exclusion_code,
    s.name AS person_name,
    s.order_id,
    s.buyer_name,
    s.work_category AS bought_category,
    s.pay_yuan,
    s.pay_date,
    s.order_status,
    s.seller_account,
    s.site_domain,
    s.evidence_no,
    s.worker_id,
    s.trade,
    s.project_name,
    s.employer_name,
    coalesce(p.special_days, 0) AS days_on_post
FROM stays AS s
LEFT JOIN presence AS p ON p.order_id = s.order_id AND p.worker_id = s.worker_id
LEFT JOIN genuine AS g ON g.order_id = s.order_id AND g.worker_id = s.worker_id
LEFT JOIN schooled AS t ON t.order_id = s.order_id

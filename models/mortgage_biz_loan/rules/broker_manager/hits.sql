-- 客户经理与中介集中：同一客户经理一年内发放的经营贷，多笔留的是同一中介电话。
-- 已检验的合理解释：银行备案的合作机构、园区批量授信；扣除后仍达到起点的不排除。
WITH marked AS (
    SELECT
        l.manager_id,
        l.broker_phone,
        CAST(date_trunc('year', l.disbursed_on) AS DATE) AS year_start,
        l.disbursed_on,
        l.amount_yuan,
        CASE WHEN EXISTS (
            SELECT 1 FROM bank.loan_filing AS a WHERE a.kind = '园区批量授信' AND a.loan_no = l.loan_no
        ) THEN 1 END AS in_batch
    FROM bank.biz_loan AS l
    WHERE l.manager_id IS NOT NULL AND l.broker_phone IS NOT NULL
),
counted AS (
    SELECT
        manager_id,
        broker_phone,
        year_start,
        count(*) AS loan_count,
        count(in_batch) AS batch_count,
        sum(amount_yuan) AS amount_yuan,
        min(disbursed_on) AS occurred_from,
        max(disbursed_on) AS occurred_to
    FROM marked
    GROUP BY manager_id, broker_phone, year_start
)
SELECT
    c.manager_id AS subject_id,
    c.occurred_from,
    c.occurred_to,
    CAST(c.amount_yuan AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM bank.loan_filing AS a
            WHERE a.kind = '合作机构' AND a.party_id = c.broker_phone
                AND c.occurred_from BETWEEN a.valid_from AND coalesce(a.valid_to, c.occurred_from)
        ) THEN 'PARTNER'
        WHEN c.loan_count - c.batch_count < $broker_loans THEN 'PARK_BATCH'
    END AS exclusion_code,
    c.broker_phone,
    c.year_start,
    c.loan_count
FROM counted AS c
WHERE c.loan_count >= $broker_loans

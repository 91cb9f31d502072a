-- 共用电话、网络地址或代办人：同一联系信息登记在多户存续企业名下，达到起点。
-- 已检验的合理解释：备案的代理记账机构、集团共享财务、园区公共网络出口；备案以外的企业仍达到起点的不排除。
WITH marked AS (
    SELECT
        p.kind,
        p.value,
        p.first_seen,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.kind = '代理记账' AND f.uscc = p.uscc AND f.party_id = p.value
                AND f.valid_from <= $as_of AND (f.valid_to IS NULL OR f.valid_to >= $as_of)
        ) THEN 1 END AS by_agent,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.kind = '集团财务共享' AND f.uscc = p.uscc AND f.party_id = p.value
                AND f.valid_from <= $as_of AND (f.valid_to IS NULL OR f.valid_to >= $as_of)
        ) THEN 1 END AS by_group
    FROM tax.contact_point AS p
    JOIN entity.company AS c ON c.uscc = p.uscc AND c.status = '存续'
),
counted AS (
    SELECT
        kind,
        value,
        count(*) AS firm_count,
        count(by_agent) AS agent_count,
        count(by_group) AS group_count,
        min(first_seen) AS occurred_from,
        max(first_seen) AS occurred_to
    FROM marked
    GROUP BY kind, value
)
SELECT
    c.value AS subject_id,
    c.occurred_from,
    c.occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN c.firm_count - c.agent_count < $contact_firms THEN 'AGENT'
        WHEN c.firm_count - c.group_count < $contact_firms THEN 'GROUP_FINANCE'
        WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.kind = '园区公共出口' AND f.party_id = c.value
                AND f.valid_from <= $as_of AND (f.valid_to IS NULL OR f.valid_to >= $as_of)
        ) THEN 'PARK_NETWORK'
    END AS exclusion_code,
    c.kind AS contact_kind,
    c.firm_count
FROM counted AS c
WHERE c.firm_count >= $contact_firms

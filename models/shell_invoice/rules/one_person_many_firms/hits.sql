-- 一人多企：同一人在多户存续企业担任法定代表人、财务负责人或办税员，达到起点。
-- 已检验的合理解释：备案的代理记账人员、集团财务共享人员、控股平台的实际控制人；备案以外的企业仍达到起点的不排除。
WITH duty AS (
    SELECT d.id_number, d.uscc, min(d.valid_from) AS valid_from
    FROM tax.duty_person AS d
    JOIN entity.company AS c ON c.uscc = d.uscc AND c.status = '存续'
    WHERE d.valid_from <= $as_of AND (d.valid_to IS NULL OR d.valid_to >= $as_of)
    GROUP BY d.id_number, d.uscc
),
marked AS (
    SELECT
        d.id_number,
        d.valid_from,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.kind = '代理记账' AND f.uscc = d.uscc AND f.party_id = d.id_number
                AND f.valid_from <= $as_of AND (f.valid_to IS NULL OR f.valid_to >= $as_of)
        ) THEN 1 END AS by_agent,
        CASE WHEN EXISTS (
            SELECT 1 FROM tax.filing AS f
            WHERE f.kind = '集团财务共享' AND f.uscc = d.uscc AND f.party_id = d.id_number
                AND f.valid_from <= $as_of AND (f.valid_to IS NULL OR f.valid_to >= $as_of)
        ) THEN 1 END AS by_group,
        CASE WHEN EXISTS (
            SELECT 1 FROM entity.filing AS e
            WHERE e.kind = '控股平台' AND e.uscc = d.uscc AND e.party_id = d.id_number
                AND e.valid_from <= $as_of AND (e.valid_to IS NULL OR e.valid_to >= $as_of)
        ) THEN 1 END AS by_holding
    FROM duty AS d
),
counted AS (
    SELECT
        id_number,
        count(*) AS firm_count,
        count(by_agent) AS agent_count,
        count(by_group) AS group_count,
        count(by_holding) AS holding_count,
        min(valid_from) AS occurred_from,
        max(valid_from) AS occurred_to
    FROM marked
    GROUP BY id_number
)
SELECT
    id_number AS subject_id,
    occurred_from,
    occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN firm_count - agent_count < $person_firms THEN 'AGENT'
        WHEN firm_count - group_count < $person_firms THEN 'GROUP_FINANCE'
        WHEN firm_count - holding_count < $person_firms THEN 'HOLDING'
    END AS exclusion_code,
    firm_count
FROM counted
WHERE firm_count >= $person_firms

-- 一人多企：同一人在多户存续企业担任法定代表人、财务负责人或办税员，达到起点。
-- 已检验的合理解释：备案的代理记账人员、集团财务共享人员、控股平台的实际控制人；备案以外的企业仍达到起点的不排除。
WITH duty AS (
    SELECT
        d.id_number,
        d.uscc,
        min(d.valid_from) AS valid_from,
        max(CASE WHEN f.kind = '代理记账' THEN 1 ELSE 0 END) AS by_agent,
        max(CASE WHEN f.kind = '集团财务共享' THEN 1 ELSE 0 END) AS by_group,
        max(CASE WHEN e.filing_no IS NOT NULL THEN 1 ELSE 0 END) AS by_holding
    FROM tax.duty_person AS d
    JOIN entity.company AS c ON c.uscc = d.uscc AND c.status = '存续'
    LEFT JOIN tax.filing AS f
        ON f.uscc = d.uscc AND f.party_id = d.id_number
        AND $as_of BETWEEN f.valid_from AND coalesce(f.valid_to, $as_of)
    LEFT JOIN entity.filing AS e
        ON e.kind = '控股平台' AND e.uscc = d.uscc AND e.party_id = d.id_number
        AND $as_of BETWEEN e.valid_from AND coalesce(e.valid_to, $as_of)
    WHERE $as_of BETWEEN d.valid_from AND coalesce(d.valid_to, $as_of)
    GROUP BY d.id_number, d.uscc
),
counted AS (
    SELECT
        id_number,
        count(*) AS firm_count,
        sum(by_agent) AS agent_count,
        sum(by_group) AS group_count,
        sum(by_holding) AS holding_count,
        min(valid_from) AS occurred_from,
        max(valid_from) AS occurred_to
    FROM duty
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

-- 一址多照：同一地址（去掉空格标点后）登记的存续企业数量达到起点。
-- 已检验的合理解释：集群登记地、众创空间、产业园区，以市场监管部门备案的地址为准。
WITH crowded AS (
    SELECT
        address_key,
        count(*) AS firm_count,
        min(from_date) AS occurred_from,
        max(from_date) AS occurred_to
    FROM marts.entity_address
    WHERE status = '存续' AND from_date IS NOT NULL
    GROUP BY address_key
    HAVING count(*) >= $address_firms
),
permitted AS (
    SELECT address_key, source_kind
    FROM marts.entity_address
    WHERE from_date <= $as_of AND (to_date IS NULL OR to_date >= $as_of)
)
SELECT
    c.address_key AS subject_id,
    c.occurred_from,
    c.occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN EXISTS (SELECT 1 FROM permitted AS p WHERE p.address_key = c.address_key AND p.source_kind = '集群登记')
            THEN 'CLUSTER_ADDRESS'
        WHEN EXISTS (SELECT 1 FROM permitted AS p WHERE p.address_key = c.address_key AND p.source_kind = '众创空间')
            THEN 'INCUBATOR'
        WHEN EXISTS (SELECT 1 FROM permitted AS p WHERE p.address_key = c.address_key AND p.source_kind = '产业园区')
            THEN 'PARK'
    END AS exclusion_code,
    c.firm_count
FROM crowded AS c

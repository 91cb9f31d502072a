-- name: subject_entity
-- title: 市场主体主题
-- grain: one row per unified social credit code that any delivered dataset names
-- inputs: entity.company, fuel.gas_station, medins.fixmedins, cert.site_worker
-- materialise: delta
-- Name, region and status come from the source with the lowest priority number; inside one source the smallest value
-- stands, so the row does not depend on the order of deliveries.
WITH named AS (
    SELECT uscc, name, region_code, status, '企业' AS kind, 1 AS priority FROM entity.company
    UNION ALL
    SELECT uscc, station_name, region_code, status, '加油站', 2 FROM fuel.gas_station
    UNION ALL
    SELECT uscc, fixmedins_name, admdvs, CAST(NULL AS VARCHAR), '定点医药机构', 3 FROM medins.fixmedins
    UNION ALL
    SELECT employer_uscc, employer_name, site_region, CAST(NULL AS VARCHAR), '用工单位', 4 FROM cert.site_worker
),
best AS (
    SELECT uscc, min(priority) AS priority, count(DISTINCT priority) AS source_count
    FROM named
    WHERE uscc IS NOT NULL
    GROUP BY uscc
)
SELECT
    b.uscc,
    min(n.name) AS name,
    min(n.region_code) AS region_code,
    min(n.status) AS status,
    min(n.kind) AS kind,
    max(b.source_count) AS source_count
FROM best AS b
JOIN named AS n ON n.uscc = b.uscc AND n.priority = b.priority
GROUP BY b.uscc

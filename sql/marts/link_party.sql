-- name: link_party
-- title: 行刑衔接当事人
-- grain: one row per id number or credit code that a penalty, a transfer or a non-prosecution names
-- inputs: admin.penalty, admin.transfer, justice.non_prosecution
-- materialise: delta
-- Name and region come from the source with the lowest priority number; inside one source the smallest value stands.
-- The region is that of the agency or of the act, since that is who has to answer.
WITH named AS (
    SELECT party_id, party_name AS name, region_code, 2 AS priority FROM admin.penalty
    UNION ALL
    SELECT party_id, party_name, region_code, 3 FROM admin.transfer
    UNION ALL
    SELECT id_no, name, act_region, 1 FROM justice.non_prosecution
),
best AS (
    SELECT party_id, min(priority) AS priority
    FROM named
    GROUP BY party_id
)
SELECT b.party_id, min(n.name) AS name, min(n.region_code) AS region_code
FROM best AS b
JOIN named AS n ON n.party_id = b.party_id AND n.priority = b.priority
GROUP BY b.party_id

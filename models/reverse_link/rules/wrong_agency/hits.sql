-- R7 检察意见提错机关：受文机关的职能、层级、辖区同罪名对应的处罚机关不符，或者不在机关名录里。
-- Look-alikes named: withdrawn and sent again, jurisdiction designated, the power to punish transferred to the addressee.
-- A county organ must be of the county of the act, a city organ of its city (first four digits of the division code).
WITH matched AS (
    SELECT
        o.doc_no, o.np_no, o.to_org_code, o.to_org_name, o.sent_date, o.withdrawn_date, o.designation_no, n.id_no, n.charge,
        l.law, l.article, l.level, l.org_kind, g.org_code,
        CASE WHEN g.org_kind = l.org_kind THEN 1 ELSE 0 END AS is_kind,
        CASE WHEN g.level = l.level THEN 1 ELSE 0 END AS is_level,
        CASE
            WHEN g.region_code = n.act_region THEN 1
            WHEN l.level <> '县' AND substr(g.region_code, 1, 4) = substr(n.act_region, 1, 4) THEN 1 -- literal: digits that name the city
            ELSE 0
        END AS is_region
    FROM justice.opinion AS o
    JOIN justice.non_prosecution AS n ON n.np_no = o.np_no
    JOIN ref.charge_law AS l ON l.charge = n.charge
    LEFT JOIN admin.organ AS g ON g.org_code = o.to_org_code
    WHERE l.valid_from <= n.act_to AND n.act_to <= coalesce(l.valid_to, n.act_to)
),
powers AS (
    SELECT m.doc_no, min(p.basis_no) AS basis_no
    FROM matched AS m
    JOIN admin.organ_power AS p ON p.org_code = m.to_org_code AND p.org_kind = m.org_kind AND p.level = m.level
    WHERE p.valid_from <= m.sent_date AND m.sent_date <= coalesce(p.valid_to, m.sent_date) AND m.is_region = 1
    GROUP BY m.doc_no
),
best AS (
    SELECT
        doc_no, np_no, to_org_name, sent_date, withdrawn_date, designation_no, id_no, charge, law, article, level, org_kind,
        org_code, is_kind, is_level, is_region
    FROM matched
    QUALIFY row_number() OVER ( -- unique: the days in force of one provision do not overlap
        PARTITION BY doc_no
        ORDER BY is_kind DESC, is_level DESC, is_region DESC, org_kind
    ) = 1
)
SELECT
    b.id_no AS subject_id,
    b.sent_date AS occurred_from,
    b.sent_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.withdrawn_date IS NOT NULL THEN 'WITHDRAWN'
        WHEN b.designation_no IS NOT NULL THEN 'DESIGNATED'
        WHEN p.basis_no IS NOT NULL THEN 'POWER_TRANSFERRED'
    END AS exclusion_code,
    b.doc_no AS opinion_no,
    b.np_no,
    b.charge,
    b.to_org_name,
    b.sent_date,
    b.law,
    b.article,
    b.level,
    b.org_kind,
    b.withdrawn_date,
    b.designation_no,
    p.basis_no,
    CASE
        WHEN b.org_code IS NULL THEN '受文机关不在名录里'
        WHEN b.is_kind = 0 THEN '职能不符'
        WHEN b.is_level = 0 THEN '层级不符'
        ELSE '辖区不符'
    END AS fault
FROM best AS b
LEFT JOIN powers AS p ON p.doc_no = b.doc_no
WHERE b.is_kind = 0 OR b.is_level = 0 OR b.is_region = 0

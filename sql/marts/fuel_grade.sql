-- name: fuel_grade
-- title: 油品牌号与吨升换算
-- grain: one row per oil grade whose group has a conversion
-- inputs: fuel.oil_grade, ref.refined_oil_code
-- materialise: delta
-- Litres in a tonne by the statutory conversion of the group; the largest one where codes of one group differ.
SELECT g.oil_grade, g.oil_group, max(r.litres_per_tonne) AS litres_per_tonne
FROM fuel.oil_grade AS g
JOIN ref.refined_oil_code AS r ON r.oil_group = g.oil_group
GROUP BY g.oil_grade, g.oil_group

-- 企业与任职人员、联系方式相连；持备案代理、集团共享的人员和公用的网络出口不算。
SELECT d.uscc AS left_id, 'person:' || d.id_number AS right_id
FROM tax.duty_person AS d
WHERE NOT EXISTS (
    SELECT 1 FROM tax.filing AS f
    WHERE f.kind IN ('代理记账', '集团财务共享') AND f.uscc = d.uscc AND f.party_id = d.id_number
)
UNION ALL
SELECT p.uscc, p.kind || ':' || p.value
FROM tax.contact_point AS p
WHERE NOT EXISTS (
    SELECT 1 FROM tax.filing AS f
    WHERE f.kind IN ('代理记账', '集团财务共享') AND f.uscc = p.uscc AND f.party_id = p.value
) AND NOT EXISTS (
    SELECT 1 FROM tax.filing AS f WHERE f.kind = '园区公共出口' AND f.party_id = p.value
)

-- name: medins_resale_contact
-- title: 易倒卖药品购药联系方式
-- grain: one row per visit, kind of contact and contact, of visits whose drug lines are on the list of resold drugs
-- inputs: medins.resale_drug, medins.mdtrt_d, medins.self_payment, medins.contact_register, marts.medins_fee_net
-- materialise: delta
-- Which telephone, payment account or address stood behind a purchase. A contact that an institution registered as used
-- in common belongs to another node than the cards' own, so that it joins no cards but its own.
WITH bought AS (
    SELECT
        f.mdtrt_id,
        f.setl_id,
        f.certno,
        f.med_type,
        f.fixmedins_code,
        min(f.fee_date) AS first_date,
        max(f.fee_date) AS last_date,
        sum(f.gross_share) AS gross_share,
        sum(f.net_share) AS net_share
    FROM marts.medins_fee_net AS f
    INNER JOIN medins.resale_drug AS d
        ON d.generic_code = substr(f.med_list_codg, 1, 10) -- literal: the drug code names the generic in ten places
    WHERE f.med_chrgitm_type IN ('09', '10', '11')
    GROUP BY f.mdtrt_id, f.setl_id, f.certno, f.med_type, f.fixmedins_code
),
contacts AS (
    SELECT b.mdtrt_id, b.setl_id, '电话' AS contact_kind, m.tel AS contact
    FROM bought AS b
    INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = b.mdtrt_id
    UNION ALL
    SELECT b.mdtrt_id, b.setl_id, '地址', m.addr
    FROM bought AS b
    INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = b.mdtrt_id
    UNION ALL
    SELECT b.mdtrt_id, b.setl_id, '支付账户', p.pay_account
    FROM bought AS b
    INNER JOIN medins.self_payment AS p ON p.setl_id = b.setl_id
)
SELECT DISTINCT
    b.mdtrt_id,
    b.setl_id,
    b.certno,
    b.med_type,
    b.fixmedins_code,
    b.first_date,
    b.last_date,
    b.gross_share,
    b.net_share,
    c.contact_kind,
    c.contact,
    r.contact IS NOT NULL AS is_registered
FROM bought AS b
INNER JOIN contacts AS c ON c.mdtrt_id = b.mdtrt_id AND c.setl_id = b.setl_id
LEFT JOIN medins.contact_register AS r ON r.contact = c.contact AND r.contact_kind = c.contact_kind
WHERE c.contact IS NOT NULL

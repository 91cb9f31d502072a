-- Every purchase in the ring: visit, settlements, drug lines, payment; the registered contact, family ties, pick-up notes.
WITH purchases AS (
    SELECT DISTINCT h.hit_id, c.mdtrt_id, c.setl_id, c.certno, c.contact_kind, c.contact
    FROM {{hits}} AS h
    INNER JOIN graphs.resale_cards AS g ON g.component = h.component
    INNER JOIN marts.medins_resale_contact AS c
        ON g.node = CASE WHEN c.is_registered THEN 'common:' || c.contact_kind || ':' || c.contact
            ELSE c.contact_kind || ':' || c.contact END
    WHERE list_contains($dispensing_med_types, c.med_type) AND c.gross_share > 0
),
visits AS (
    SELECT DISTINCT hit_id, mdtrt_id, setl_id, certno FROM purchases
)
SELECT v.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM visits AS v
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = v.mdtrt_id
UNION ALL
SELECT v.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM visits AS v
INNER JOIN medins.setl_d AS s ON s.setl_id = v.setl_id OR s.init_setl_id = v.setl_id
UNION ALL
SELECT v.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM visits AS v
INNER JOIN medins.fee_list_d AS f ON f.setl_id = v.setl_id
WHERE list_contains($drug_item_types, f.med_chrgitm_type)
UNION ALL
SELECT v.hit_id, 'medins.self_payment' AS dataset, p._file, p._row, 'payment' AS role
FROM visits AS v
INNER JOIN medins.self_payment AS p ON p.setl_id = v.setl_id
UNION ALL
SELECT DISTINCT c.hit_id, 'medins.contact_register' AS dataset, r._file, r._row, 'contact' AS role
FROM purchases AS c
INNER JOIN medins.contact_register AS r ON r.contact = c.contact AND r.contact_kind = c.contact_kind
UNION ALL
SELECT DISTINCT v.hit_id, 'medins.family_group' AS dataset, f._file, f._row, 'family' AS role
FROM visits AS v
INNER JOIN medins.family_group AS f ON f.certno = v.certno
UNION ALL
SELECT v.hit_id, 'medins.agent_pickup' AS dataset, a._file, a._row, 'agent' AS role
FROM visits AS v
INNER JOIN medins.agent_pickup AS a ON a.mdtrt_id = v.mdtrt_id

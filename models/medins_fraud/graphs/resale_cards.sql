-- Cards that bought drugs known to be resold, joined to the telephone, payment account or address behind the purchase where
-- more cards than allowed share it. A contact registered for common use joins cards in a component of its own.
SELECT
    CASE WHEN c.is_registered THEN 'common:' || c.contact_kind || ':' || c.contact || ':' || c.certno
        ELSE 'card:' || c.certno END AS left_id,
    CASE WHEN c.is_registered THEN 'common:' || c.contact_kind || ':' || c.contact
        ELSE c.contact_kind || ':' || c.contact END AS right_id
FROM marts.medins_resale_contact AS c
INNER JOIN (
    SELECT contact_kind, contact
    FROM marts.medins_resale_contact
    WHERE list_contains($dispensing_med_types, med_type) AND gross_share > 0
    GROUP BY contact_kind, contact
    HAVING count(DISTINCT certno) > $ring_shared_cards
) AS s ON s.contact_kind = c.contact_kind AND s.contact = c.contact
WHERE list_contains($dispensing_med_types, c.med_type) AND c.gross_share > 0

-- P2R 倒卖团伙: cards that bought drugs known to be resold and hang together by a telephone, a payment account or an address
-- that more cards share than allowed (graph resale_cards). One row per component; the subject is its smallest card.
-- Look-alikes: refunds leave too few cards, the contact is registered for common use (care home, village clinic), all
-- cards belong to one family account, pick-ups by registered agents leave too few cards.
WITH members AS (
    SELECT
        g.component,
        c.mdtrt_id,
        c.certno,
        c.fixmedins_code,
        c.first_date,
        c.last_date,
        c.net_share,
        c.is_registered AS is_common,
        min(c.contact) AS contact_sample
    FROM marts.medins_resale_contact AS c
    INNER JOIN graphs.resale_cards AS g
        ON g.node = CASE WHEN c.is_registered THEN 'common:' || c.contact_kind || ':' || c.contact
            ELSE c.contact_kind || ':' || c.contact END
    WHERE list_contains($dispensing_med_types, c.med_type) AND c.gross_share > 0
    GROUP BY g.component, c.mdtrt_id, c.certno, c.fixmedins_code, c.first_date, c.last_date, c.net_share, c.is_registered
),
shared AS (
    SELECT component, count(*) AS shared_contacts
    FROM graphs.resale_cards
    WHERE NOT starts_with(node, 'card:') AND NOT regexp_matches(node, '^common:.*:[0-9X]{18}$')
    GROUP BY component
),
families AS (
    SELECT m.component, f.group_id, count(DISTINCT m.certno) AS family_cards
    FROM members AS m
    INNER JOIN medins.family_group AS f ON f.certno = m.certno
    GROUP BY m.component, f.group_id
),
one_family AS (
    SELECT component, max(family_cards) AS family_cards
    FROM families
    GROUP BY component
),
rings AS (
    SELECT
        m.component,
        min(m.certno) AS first_card,
        min(m.first_date) AS first_date,
        max(m.last_date) AS last_date,
        m.is_common,
        min(m.contact_sample) AS contact_sample,
        count(DISTINCT m.certno) AS all_cards,
        count(DISTINCT CASE WHEN m.net_share > 0 THEN m.certno END) AS cards,
        count(DISTINCT CASE WHEN m.net_share > 0 AND a.mdtrt_id IS NULL THEN m.certno END) AS own_cards,
        count(DISTINCT m.fixmedins_code) AS institutions,
        sum(m.net_share) AS net_share
    FROM members AS m
    LEFT JOIN medins.agent_pickup AS a ON a.mdtrt_id = m.mdtrt_id
    GROUP BY m.component, m.is_common
)
SELECT
    r.first_card AS subject_id,
    r.first_date AS occurred_from,
    r.last_date AS occurred_to,
    CAST(r.net_share AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN r.cards <= $ring_shared_cards THEN 'REFUNDED'
        WHEN r.is_common THEN 'REGISTERED_CONTACT'
        WHEN f.family_cards = r.all_cards THEN 'FAMILY'
        WHEN r.own_cards <= $ring_shared_cards THEN 'AGENT_PICKUP'
    END AS exclusion_code,
    r.component,
    r.contact_sample,
    s.shared_contacts,
    r.cards,
    r.own_cards,
    r.institutions
FROM rings AS r
INNER JOIN shared AS s ON s.component = r.component
LEFT JOIN one_family AS f ON f.component = r.component

-- M13G 组团刷卡: the same cards settle together, at one terminal within minutes, on several days at one institution. A group is
-- a card and all cards with larger numbers that were with it on enough days; one row per institution and group, named
-- after its smallest card.
-- Look-alikes: refunds, one family, dialysis or cycles of cancer treatment at fixed times, registered pick-up by others.
WITH swipes AS (
    SELECT
        s.terminal_id,
        s.fixmedins_code,
        s.certno,
        s.swipe_time,
        s.swipe_date,
        s.net_fund,
        s.has_agent,
        list_contains($dialysis_transfusion_diagnoses, substr(m.dscg_maindiag_code, 1, 3)) -- literal: ICD category length
            OR list_contains($cycle_diagnoses, substr(m.dscg_maindiag_code, 1, 5)) AS is_fixed -- literal: ICD subcategory length
    FROM marts.medins_swipe AS s
    LEFT JOIN medins.mdtrt_d AS m ON m.mdtrt_id = s.mdtrt_id
),
meetings AS (
    SELECT
        a.fixmedins_code,
        a.certno AS lead_card,
        b.certno AS other_card,
        a.swipe_date,
        max(CASE WHEN a.net_fund > 0 AND b.net_fund > 0 THEN 1 END) AS is_paid,
        max(CASE WHEN NOT a.has_agent AND NOT b.has_agent THEN 1 END) AS is_own
    FROM swipes AS a
    INNER JOIN swipes AS b
        ON b.terminal_id = a.terminal_id
        AND b.swipe_date = a.swipe_date
        AND b.certno > a.certno
        AND abs(datediff('minute', a.swipe_time, b.swipe_time)) <= $rapid_minutes
    GROUP BY a.fixmedins_code, a.certno, b.certno, a.swipe_date
),
relatives AS (
    SELECT DISTINCT a.certno AS lead_card, b.certno AS other_card
    FROM medins.family_group AS a
    INNER JOIN medins.family_group AS b ON b.group_id = a.group_id
),
pairs AS (
    SELECT
        m.fixmedins_code,
        m.lead_card,
        m.other_card,
        count(*) AS days,
        count(m.is_paid) AS paid_days,
        count(m.is_own) AS own_days,
        f.lead_card IS NOT NULL AS is_family
    FROM meetings AS m
    LEFT JOIN relatives AS f ON f.lead_card = m.lead_card AND f.other_card = m.other_card
    GROUP BY m.fixmedins_code, m.lead_card, m.other_card, f.lead_card
    HAVING count(*) >= $group_days
),
groups AS (
    SELECT
        p.fixmedins_code,
        p.lead_card,
        count(*) + 1 AS cards,
        count(CASE WHEN p.paid_days >= $group_days THEN p.other_card END) + 1 AS paid_cards,
        count(CASE WHEN p.own_days >= $group_days THEN p.other_card END) + 1 AS own_cards,
        count(CASE WHEN NOT p.is_family THEN p.other_card END) AS strangers,
        max(p.days) AS days
    FROM pairs AS p
    LEFT JOIN pairs AS q ON q.fixmedins_code = p.fixmedins_code AND q.other_card = p.lead_card
    WHERE q.lead_card IS NULL
    GROUP BY p.fixmedins_code, p.lead_card
    HAVING count(*) + 1 >= $group_cards
),
members AS (
    SELECT fixmedins_code, lead_card, lead_card AS certno
    FROM groups
    UNION
    SELECT g.fixmedins_code, g.lead_card, p.other_card
    FROM groups AS g
    INNER JOIN pairs AS p ON p.fixmedins_code = g.fixmedins_code AND p.lead_card = g.lead_card
),
together AS (
    SELECT
        m.fixmedins_code,
        m.lead_card,
        min(s.swipe_date) AS first_date,
        max(s.swipe_date) AS last_date,
        count(CASE WHEN s.is_fixed THEN 1 END) = count(*) AS is_fixed,
        sum(s.net_fund) AS net_fund
    FROM members AS m
    INNER JOIN swipes AS s ON s.fixmedins_code = m.fixmedins_code AND s.certno = m.certno
    INNER JOIN (SELECT DISTINCT fixmedins_code, lead_card, swipe_date FROM meetings) AS d
        ON d.fixmedins_code = m.fixmedins_code
        AND d.lead_card = m.lead_card
        AND d.swipe_date = s.swipe_date
    GROUP BY m.fixmedins_code, m.lead_card
)
SELECT
    g.fixmedins_code AS subject_id,
    t.first_date AS occurred_from,
    t.last_date AS occurred_to,
    CAST(t.net_fund AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN g.paid_cards < $group_cards THEN 'REFUNDED'
        WHEN g.strangers = 0 THEN 'FAMILY'
        WHEN t.is_fixed THEN 'FIXED_TREATMENT'
        WHEN g.own_cards < $group_cards THEN 'AGENT_PICKUP'
    END AS exclusion_code,
    g.lead_card,
    g.cards,
    g.days,
    CAST($rapid_minutes AS BIGINT) AS minutes
FROM groups AS g
INNER JOIN together AS t ON t.fixmedins_code = g.fixmedins_code AND t.lead_card = g.lead_card

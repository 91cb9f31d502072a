-- M13G 组团刷卡: the same cards settle together, at one terminal within minutes, on several days at one institution. A group is
-- a card and all cards with larger numbers that were with it on enough days; one row per institution and group, named
-- after its smallest card.
-- Look-alikes: refunds, one family, dialysis or cycles of cancer treatment at fixed times, registered pick-up by others.
WITH refunds AS (
    SELECT init_setl_id, sum(fund_pay_sumamt) AS fund
    FROM medins.setl_d
    WHERE init_setl_id IS NOT NULL AND coalesce(vali_flag, '1') <> '0'
    GROUP BY init_setl_id
),
swipes AS (
    SELECT
        w.setl_id,
        w.terminal_id,
        w.fixmedins_code,
        w.certno,
        w.swipe_time,
        CAST(w.swipe_time AS DATE) AS swipe_date,
        s.fund_pay_sumamt + coalesce(r.fund, 0) AS net_fund,
        a.mdtrt_id IS NOT NULL AS has_agent,
        list_contains($dialysis_transfusion_diagnoses, substr(m.dscg_maindiag_code, 1, 3)) -- literal: ICD category length
            OR list_contains($cycle_diagnoses, substr(m.dscg_maindiag_code, 1, 5)) AS is_fixed -- literal: ICD subcategory length
    FROM medins.terminal_swipe AS w
    INNER JOIN medins.setl_d AS s ON s.setl_id = w.setl_id
    INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = s.mdtrt_id
    LEFT JOIN refunds AS r ON r.init_setl_id = w.setl_id
    LEFT JOIN medins.agent_pickup AS a ON a.mdtrt_id = s.mdtrt_id
    WHERE s.fund_pay_sumamt > 0 AND coalesce(s.vali_flag, '1') <> '0'
),
meetings AS (
    SELECT
        a.fixmedins_code,
        a.certno AS lead_card,
        b.certno AS other_card,
        a.swipe_date,
        max(CASE WHEN a.net_fund > 0 AND b.net_fund > 0 THEN 1 ELSE 0 END) AS is_paid,
        max(CASE WHEN a.has_agent OR b.has_agent THEN 0 ELSE 1 END) AS is_own
    FROM swipes AS a
    INNER JOIN swipes AS b
        ON b.terminal_id = a.terminal_id
        AND b.swipe_date = a.swipe_date
        AND b.certno > a.certno
        AND abs(datediff('minute', a.swipe_time, b.swipe_time)) <= $rapid_minutes
    GROUP BY a.fixmedins_code, a.certno, b.certno, a.swipe_date
),
pairs AS (
    SELECT
        m.fixmedins_code,
        m.lead_card,
        m.other_card,
        count(*) AS days,
        sum(m.is_paid) AS paid_days,
        sum(m.is_own) AS own_days,
        max(CASE WHEN f.group_id IS NOT NULL THEN 1 ELSE 0 END) AS is_family
    FROM meetings AS m
    LEFT JOIN medins.family_group AS e ON e.certno = m.lead_card
    LEFT JOIN medins.family_group AS f ON f.group_id = e.group_id AND f.certno = m.other_card
    GROUP BY m.fixmedins_code, m.lead_card, m.other_card
    HAVING count(DISTINCT m.swipe_date) >= $group_days
),
groups AS (
    SELECT
        p.fixmedins_code,
        p.lead_card,
        count(*) + 1 AS cards,
        sum(CASE WHEN p.paid_days >= $group_days THEN 1 ELSE 0 END) + 1 AS paid_cards,
        sum(CASE WHEN p.own_days >= $group_days THEN 1 ELSE 0 END) + 1 AS own_cards,
        min(p.is_family) AS is_family,
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
        min(CASE WHEN s.is_fixed THEN 1 ELSE 0 END) AS is_fixed,
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
        WHEN g.is_family = 1 THEN 'FAMILY'
        WHEN t.is_fixed = 1 THEN 'FIXED_TREATMENT'
        WHEN g.own_cards < $group_cards THEN 'AGENT_PICKUP'
    END AS exclusion_code,
    g.lead_card,
    g.cards,
    g.days,
    CAST($rapid_minutes AS BIGINT) AS minutes
FROM groups AS g
INNER JOIN together AS t ON t.fixmedins_code = g.fixmedins_code AND t.lead_card = g.lead_card

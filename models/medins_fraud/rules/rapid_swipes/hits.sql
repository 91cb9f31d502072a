-- M13 冒名、空刷: many cards settled at one terminal within minutes, all paid by the fund. Windows begin at a swipe; a day of
-- a terminal gives one row, the window that nothing excuses before others, then the one with most cards.
-- Look-alikes: refunds, records uploaded after the line was down, a gateway that several windows share, a registered
-- free clinic or group check-up, pick-up by registered agents.
WITH reachable AS ( -- every swipe under its own day and under the day before, when a window that reaches it may begin
    SELECT s.terminal_id, s.certno, s.swipe_time, s.is_offline, s.medfee_sumamt, s.net_fund, s.has_agent, s.swipe_date - d.days AS from_date
    FROM marts.medins_swipe AS s
    CROSS JOIN (VALUES (0), (1)) AS d(days) -- literal: the day itself and the day before
),
bursts AS (
    SELECT
        a.setl_id,
        a.terminal_id,
        a.fixmedins_code,
        a.swipe_time AS from_time,
        max(b.swipe_time) AS to_time,
        count(DISTINCT CASE WHEN b.net_fund > 0 THEN b.certno END) AS cards,
        count(DISTINCT CASE WHEN b.net_fund > 0 AND NOT b.is_offline THEN b.certno END) AS online_cards,
        count(DISTINCT CASE WHEN b.net_fund > 0 AND NOT b.has_agent THEN b.certno END) AS own_cards,
        count(DISTINCT b.medfee_sumamt) AS bill_kinds,
        sum(b.net_fund) AS net_fund
    FROM marts.medins_swipe AS a
    INNER JOIN reachable AS b
        ON b.terminal_id = a.terminal_id
        AND b.from_date = a.swipe_date
        AND b.swipe_time >= a.swipe_time
        AND datediff('minute', a.swipe_time, b.swipe_time) <= $rapid_minutes
    GROUP BY a.setl_id, a.terminal_id, a.fixmedins_code, a.swipe_time
    HAVING count(DISTINCT b.certno) >= $rapid_cards
),
permits AS (
    SELECT b.setl_id, min(o.outreach_id) AS outreach_id
    FROM bursts AS b
    INNER JOIN medins.outreach AS o
        ON o.terminal_id = b.terminal_id
        AND CAST(b.from_time AS DATE) BETWEEN o.date_from AND o.date_to
    GROUP BY b.setl_id
),
explained AS (
    SELECT
        b.setl_id,
        b.terminal_id,
        b.fixmedins_code,
        b.from_time,
        b.to_time,
        b.cards,
        b.own_cards,
        b.bill_kinds,
        b.net_fund,
        p.outreach_id,
        CASE
            WHEN b.cards < $rapid_cards THEN 'REFUNDED'
            WHEN b.online_cards < $rapid_cards THEN 'OFFLINE_UPLOAD'
            WHEN t.kind = '多窗口前置机' THEN 'SHARED_GATEWAY'
            WHEN p.outreach_id IS NOT NULL THEN 'OUTREACH'
            WHEN b.own_cards < $rapid_cards THEN 'AGENT_PICKUP'
        END AS exclusion_code
    FROM bursts AS b
    LEFT JOIN medins.terminal AS t ON t.terminal_id = b.terminal_id
    LEFT JOIN permits AS p ON p.setl_id = b.setl_id
)
SELECT
    fixmedins_code AS subject_id,
    CAST(from_time AS DATE) AS occurred_from,
    CAST(to_time AS DATE) AS occurred_to,
    CAST(net_fund AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    terminal_id,
    from_time,
    to_time,
    CAST($rapid_minutes AS BIGINT) AS minutes,
    cards,
    own_cards,
    bill_kinds,
    outreach_id
FROM explained
QUALIFY row_number() OVER ( -- unique: setl_id is the key of a swipe
    PARTITION BY terminal_id, CAST(from_time AS DATE)
    ORDER BY exclusion_code IS NOT NULL, cards DESC, from_time, setl_id
) = 1

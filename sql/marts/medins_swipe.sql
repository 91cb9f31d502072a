-- name: medins_swipe
-- title: 终端刷卡与基金结算
-- grain: one row per swipe whose settlement the fund paid and nobody voided
-- inputs: medins.terminal_swipe, medins.setl_d, medins.agent_pickup
-- materialise: view
-- net_fund is what is left after refunds.
WITH refunds AS (
    SELECT init_setl_id, sum(fund_pay_sumamt) AS fund
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY init_setl_id
)
SELECT
    w.setl_id,
    s.mdtrt_id,
    w.terminal_id,
    w.fixmedins_code,
    w.certno,
    w.swipe_time,
    CAST(w.swipe_time AS DATE) AS swipe_date,
    coalesce(w.offline_flag, '0') = '1' AS is_offline,
    s.medfee_sumamt,
    s.fund_pay_sumamt + coalesce(r.fund, 0) AS net_fund,
    a.mdtrt_id IS NOT NULL AS has_agent
FROM medins.terminal_swipe AS w
INNER JOIN medins.setl_d AS s ON s.setl_id = w.setl_id
LEFT JOIN refunds AS r ON r.init_setl_id = w.setl_id
LEFT JOIN medins.agent_pickup AS a ON a.mdtrt_id = s.mdtrt_id
WHERE s.fund_pay_sumamt > 0 AND coalesce(s.vali_flag, '1') <> '0'

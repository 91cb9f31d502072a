-- name: briber_total
-- title: 行贿人合计
-- grain: one row per payer named in bribery judgments
-- inputs: marts.briber_payment
-- materialise: delta
-- Sums by what the judgments found, each payment once: told_yuan as told, distinct_yuan without repeats, and of these
-- what was extorted without gain, courtesy or loan, or another's bribe passed on; bribe_yuan is the rest. The period is
-- that of the bribes, or of everything told where there is none.
SELECT
    subject_id,
    max(briber_kind) AS briber_kind,
    min(briber_name) AS briber_name,
    min(register_name) AS register_name,
    sum(amount_yuan) AS told_yuan,
    sum(CASE WHEN is_repeat THEN 0 ELSE amount_yuan END) AS distinct_yuan,
    sum(CASE WHEN is_bribe AND NOT is_repeat THEN amount_yuan ELSE 0 END) AS bribe_yuan,
    sum(CASE WHEN is_extorted AND NOT is_repeat THEN amount_yuan ELSE 0 END) AS extorted_yuan,
    sum(CASE WHEN nature IN ('人情往来', '借款') AND NOT is_extorted AND NOT is_repeat THEN amount_yuan ELSE 0 END)
        AS courtesy_yuan,
    coalesce(min(CASE WHEN is_bribe THEN from_date END), min(from_date)) AS first_date,
    coalesce(max(CASE WHEN is_bribe THEN to_date END), max(to_date)) AS last_date,
    count(DISTINCT CASE WHEN is_bribe THEN official_id END) AS receiver_count,
    count(DISTINCT judgment_no) AS judgment_count,
    count(DISTINCT case_group) AS group_count,
    count(DISTINCT CASE WHEN is_bribe THEN case_group END) AS bribe_group_count,
    bool_or(is_bribe AND illegal_source) AS has_illegal_source,
    bool_or(is_bribe AND gain_kind = '职务提拔') AS has_promotion,
    bool_or(is_bribe AND gain_kind = '监管执法') AS has_supervision,
    bool_or(is_bribe AND gain_kind = '司法裁判') AS has_judicial,
    sum(CASE WHEN is_bribe AND NOT is_repeat THEN coalesce(loss_yuan, 0) ELSE 0 END) AS loss_yuan
FROM marts.briber_payment
GROUP BY subject_id

-- name: medins_fee_net
-- title: 医保费用明细（冲红和退费后）
-- grain: one row per original fee line of a valid settlement; reversal lines are folded into the line they reverse
-- inputs: medins.fee_list_d, medins.setl_d
-- materialise: delta
-- Net first: a reversal line (init_feedetl_sn) reduces its original, a refund record (init_setl_id) that leaves nothing of
-- a settlement's fund payment sets the net share of all its lines to zero. The platform states the fund payment per
-- settlement only, so a line's share is the settlement's fund payment in proportion to the line's in-scope amount.
WITH reversal AS (
    SELECT mdtrt_id, init_feedetl_sn, sum(cnt) AS cnt, sum(inscp_amt) AS inscp_amt
    FROM medins.fee_list_d
    WHERE init_feedetl_sn IS NOT NULL
    GROUP BY mdtrt_id, init_feedetl_sn
),
refund AS (
    SELECT init_setl_id, sum(fund_pay_sumamt) AS fund_pay_sumamt
    FROM medins.setl_d
    WHERE init_setl_id IS NOT NULL AND coalesce(vali_flag, '1') <> '0'
    GROUP BY init_setl_id
),
settlement AS (
    SELECT
        s.setl_id,
        s.certno,
        s.psn_name,
        s.gend,
        s.brdy,
        s.fixmedins_code,
        s.med_type,
        s.acct_mulaid_pay,
        s.fund_pay_sumamt AS gross_fund,
        s.fund_pay_sumamt + coalesce(r.fund_pay_sumamt, 0) AS net_fund,
        nullif(s.inscp_amt, 0) AS inscp_amt
    FROM medins.setl_d AS s
    LEFT JOIN refund AS r ON r.init_setl_id = s.setl_id
    WHERE s.init_setl_id IS NULL AND coalesce(s.vali_flag, '1') <> '0'
)
SELECT
    f.mdtrt_id,
    f.bkkp_sn,
    f.setl_id,
    s.certno,
    s.psn_name,
    s.gend,
    s.brdy,
    s.fixmedins_code,
    s.med_type,
    f.fee_ocur_time,
    CAST(f.fee_ocur_time AS DATE) AS fee_date,
    f.med_list_codg,
    f.medins_list_codg,
    f.hilist_name,
    f.med_chrgitm_type,
    f.bilg_dept_codg,
    f.etip_flag,
    f.prd_days,
    s.acct_mulaid_pay,
    f.cnt AS gross_cnt,
    CASE WHEN s.gross_fund > 0 AND s.net_fund <= 0 THEN 0 ELSE f.cnt + coalesce(v.cnt, 0) END AS net_cnt,
    CAST(round(CAST(f.inscp_amt * s.gross_fund / s.inscp_amt AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2)) AS gross_share,
    CASE
        WHEN s.net_fund <= 0 THEN CAST(0 AS DECIMAL(18, 2))
        ELSE CAST(round(CAST((f.inscp_amt + coalesce(v.inscp_amt, 0)) * s.gross_fund / s.inscp_amt AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2))
    END AS net_share
FROM medins.fee_list_d AS f
INNER JOIN settlement AS s ON s.setl_id = f.setl_id
LEFT JOIN reversal AS v ON v.mdtrt_id = f.mdtrt_id AND v.init_feedetl_sn = f.bkkp_sn
WHERE f.init_feedetl_sn IS NULL

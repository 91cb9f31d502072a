-- P4 死亡后结算: care dated later than the day of death plus the grace, paid by the fund. The date is that of the fee
-- lines; a settlement without fee lines is dated by its end. A certificate or cremation outranks the household register.
-- Look-alikes: refund, stay of the day of death settled later, personal account only, manual reimbursement by heirs,
-- other name on the death record, death certificates that disagree. Cancellation of the household register as the only
-- source is kept and downgraded.
WITH deaths AS (
    SELECT
        id_number,
        min(CASE WHEN source_kind <> '户籍注销' THEN death_date END) AS proof_date,
        max(CASE WHEN source_kind <> '户籍注销' THEN death_date END) AS last_proof_date,
        min(death_date) AS any_date,
        min(name) AS first_name,
        max(name) AS last_name
    FROM person.death
    GROUP BY id_number
),
refund AS (
    SELECT
        init_setl_id,
        sum(fund_pay_sumamt) AS fund_pay_sumamt,
        sum(coalesce(acct_pay, 0) + coalesce(acct_mulaid_pay, 0)) AS account_pay
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY init_setl_id
),
candidates AS (
    SELECT
        s.setl_id,
        s.mdtrt_id,
        s.certno,
        s.psn_name,
        s.fixmedins_code,
        s.fixmedins_name,
        s.begndate,
        s.enddate,
        CAST(s.setl_time AS DATE) AS settled_on,
        s.manl_reim_rea,
        s.inscp_amt,
        s.fund_pay_sumamt AS gross_fund,
        s.fund_pay_sumamt + coalesce(r.fund_pay_sumamt, 0) AS net_fund,
        coalesce(s.acct_pay, 0) + coalesce(s.acct_mulaid_pay, 0) + coalesce(r.account_pay, 0) AS net_account,
        coalesce(d.proof_date, d.any_date) AS death_date,
        d.proof_date IS NULL AS is_register_only,
        d.last_proof_date,
        d.first_name,
        d.last_name
    FROM medins.setl_d AS s
    INNER JOIN deaths AS d ON d.id_number = s.certno
    LEFT JOIN refund AS r ON r.init_setl_id = s.setl_id
    WHERE s.init_setl_id IS NULL AND coalesce(s.vali_flag, '1') <> '0'
),
lines AS (
    SELECT
        c.setl_id,
        c.death_date,
        CAST(coalesce(o.fee_ocur_time, f.fee_ocur_time) AS DATE) AS fee_date,
        f.inscp_amt
    FROM candidates AS c
    INNER JOIN medins.fee_list_d AS f ON f.setl_id = c.setl_id
    LEFT JOIN medins.fee_list_d AS o ON o.mdtrt_id = f.mdtrt_id AND o.bkkp_sn = f.init_feedetl_sn
),
itemised AS (
    SELECT setl_id FROM lines GROUP BY setl_id
),
late_lines AS (
    SELECT setl_id, sum(inscp_amt) AS late_inscp, min(fee_date) AS late_from, max(fee_date) AS late_to
    FROM lines
    WHERE datediff('day', death_date, fee_date) > $death_grace_days
    GROUP BY setl_id
),
judged AS (
    SELECT
        c.setl_id,
        c.mdtrt_id,
        c.certno,
        c.psn_name,
        c.fixmedins_code,
        c.fixmedins_name,
        c.settled_on,
        c.manl_reim_rea,
        c.begndate,
        c.enddate,
        c.gross_fund,
        c.net_fund,
        c.net_account,
        c.death_date,
        c.is_register_only,
        c.last_proof_date,
        c.first_name,
        c.last_name,
        CASE
            WHEN i.setl_id IS NULL THEN datediff('day', c.death_date, c.enddate) > $death_grace_days
            ELSE l.setl_id IS NOT NULL
        END AS is_late,
        CASE WHEN i.setl_id IS NULL THEN greatest(c.begndate, c.death_date) ELSE l.late_from END AS late_from,
        CASE WHEN i.setl_id IS NULL THEN c.enddate ELSE l.late_to END AS late_to,
        CASE
            WHEN c.net_fund <= 0 THEN CAST(0 AS DECIMAL(18, 2))
            WHEN i.setl_id IS NULL THEN c.net_fund
            ELSE CAST(round(CAST(l.late_inscp * c.gross_fund / nullif(c.inscp_amt, 0) AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2))
        END AS late_fund
    FROM candidates AS c
    LEFT JOIN itemised AS i ON i.setl_id = c.setl_id
    LEFT JOIN late_lines AS l ON l.setl_id = c.setl_id
)
SELECT
    certno AS subject_id,
    CASE WHEN is_late THEN late_from ELSE settled_on END AS occurred_from,
    CASE WHEN is_late THEN late_to ELSE settled_on END AS occurred_to,
    CASE WHEN is_late THEN CAST(late_fund AS DECIMAL(18, 2)) ELSE CAST(0 AS DECIMAL(18, 2)) END AS amount,
    CASE
        WHEN gross_fund > 0 AND late_fund <= 0 THEN 'REFUNDED'
        WHEN NOT is_late THEN 'DEATH_DAY_STAY'
        WHEN gross_fund <= 0 THEN 'ACCOUNT_ONLY'
        WHEN manl_reim_rea IS NOT NULL AND datediff('day', death_date, enddate) <= $death_grace_days
            THEN 'HEIR_REIMBURSEMENT'
        WHEN psn_name <> first_name AND psn_name <> last_name THEN 'NAME_MISMATCH'
        WHEN datediff('day', last_proof_date, late_to) <= $death_grace_days THEN 'DEATH_DATE_DISPUTED'
        WHEN is_register_only THEN 'REGISTER_ONLY'
    END AS exclusion_code,
    setl_id,
    mdtrt_id,
    death_date,
    settled_on,
    datediff('day', death_date, CASE WHEN is_late THEN late_from ELSE settled_on END) AS days_after_death,
    fixmedins_code,
    fixmedins_name,
    net_fund,
    net_account
FROM judged
WHERE (is_late OR datediff('day', death_date, settled_on) > $death_grace_days)
    AND (gross_fund > 0 OR net_account > 0)

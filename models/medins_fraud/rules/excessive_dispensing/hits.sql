-- P1 超量开药: one person and one generic drug (code prefix), outside hospital stays: days of supply within a rolling
-- window above the limit, or too many purchases in a calendar month, or several institutions on one day. One row per
-- person and generic: the worst unexcused finding.
-- Look-alikes: long prescription, stock before a holiday, stock before going abroad, registered heavy user (transplant,
-- tumour, rare disease), purchase from a family account, registered pick-up by another person, reversed lines.
WITH purchases AS (
    SELECT
        f.certno,
        substr(f.med_list_codg, 1, $generic_code_length) AS generic_code,
        f.hilist_name AS drug_name,
        f.fee_date,
        f.fixmedins_code,
        f.mdtrt_id,
        f.prd_days,
        f.net_share,
        f.net_cnt > 0 AS is_live,
        f.net_share > 0 AS is_fund,
        a.mdtrt_id IS NOT NULL AS is_agent
    FROM marts.medins_fee_net AS f
    LEFT JOIN medins.agent_pickup AS a ON a.mdtrt_id = f.mdtrt_id
    WHERE list_contains($drug_item_types, f.med_chrgitm_type)
        AND list_contains($dispensing_med_types, f.med_type)
        AND f.gross_cnt > 0
        AND (f.gross_share > 0 OR f.acct_mulaid_pay > 0)
),
by_day AS (
    SELECT
        certno,
        generic_code,
        min(drug_name) AS drug_name,
        fee_date,
        datediff('day', DATE '1970-01-01', fee_date) AS day_number, -- literal: any fixed origin serves the frame
        sum(prd_days) AS gross_days,
        sum(CASE WHEN is_live THEN prd_days ELSE 0 END) AS days,
        sum(CASE WHEN is_fund THEN prd_days ELSE 0 END) AS fund_days,
        sum(net_share) AS net_share,
        count(DISTINCT fixmedins_code) AS gross_institutions,
        count(DISTINCT CASE WHEN is_live THEN fixmedins_code END) AS institutions,
        count(DISTINCT CASE WHEN is_fund THEN fixmedins_code END) AS fund_institutions,
        count(DISTINCT CASE WHEN is_fund AND NOT is_agent THEN fixmedins_code END) AS own_institutions
    FROM purchases
    GROUP BY certno, generic_code, fee_date
),
rolling AS (
    SELECT
        certno,
        generic_code,
        drug_name,
        fee_date AS from_date,
        max(fee_date) OVER ahead AS to_date,
        sum(gross_days) OVER ahead AS gross_days,
        sum(days) OVER ahead AS days,
        sum(fund_days) OVER ahead AS fund_days,
        sum(net_share) OVER ahead AS net_share
    FROM by_day
    WINDOW ahead AS (
        PARTITION BY certno, generic_code ORDER BY day_number
        RANGE BETWEEN CURRENT ROW AND $dispense_window_reach FOLLOWING
    )
),
by_month AS (
    SELECT
        certno,
        generic_code,
        min(drug_name) AS drug_name,
        min(fee_date) AS from_date,
        max(fee_date) AS to_date,
        count(DISTINCT mdtrt_id) AS gross_purchases,
        count(DISTINCT CASE WHEN is_live THEN mdtrt_id END) AS purchases,
        count(DISTINCT CASE WHEN is_fund THEN mdtrt_id END) AS fund_purchases,
        sum(net_share) AS net_share
    FROM purchases
    GROUP BY certno, generic_code, date_trunc('month', fee_date)
),
found AS (
    SELECT certno, generic_code, drug_name, from_date, to_date, '90日用药天数' AS finding, 1 AS finding_rank,
        CAST(gross_days AS BIGINT) AS gross_measured, CAST(days AS BIGINT) AS measured,
        CAST(fund_days AS BIGINT) AS fund_measured, CAST(fund_days AS BIGINT) AS own_measured,
        $dispense_days_limit AS allowed, net_share
    FROM rolling
    WHERE gross_days > $dispense_days_limit
    UNION ALL
    SELECT certno, generic_code, drug_name, from_date, to_date, '单月购药次数', 2, -- literal: order of findings
        gross_purchases, purchases, fund_purchases, fund_purchases, $monthly_purchase_limit, net_share
    FROM by_month
    WHERE gross_purchases > $monthly_purchase_limit
    UNION ALL
    SELECT certno, generic_code, drug_name, fee_date, fee_date, '单日购药机构数', 3, -- literal: order of findings
        gross_institutions, institutions, fund_institutions, own_institutions, $same_day_institution_limit, net_share
    FROM by_day
    WHERE gross_institutions > $same_day_institution_limit
),
documents AS (
    SELECT
        f.certno,
        f.generic_code,
        f.finding,
        f.from_date,
        min(CASE WHEN l.issued_on BETWEEN f.from_date AND f.to_date THEN l.kind END) AS kind,
        sum(CASE
            WHEN l.issued_on NOT BETWEEN f.from_date AND f.to_date THEN 0
            WHEN l.kind = '长处方' THEN least(l.covers_days, $long_prescription_days)
            ELSE l.covers_days
        END) AS covered_days,
        bool_or(
            l.kind = '特殊病种' AND l.issued_on <= f.from_date AND l.issued_on + CAST(l.covers_days AS INTEGER) >= f.to_date
        ) AS is_registered,
        min(l.rx_no) AS rx_no
    FROM found AS f
    INNER JOIN medins.long_prescription AS l ON l.certno = f.certno AND l.generic_code = f.generic_code
    GROUP BY f.certno, f.generic_code, f.finding, f.from_date
),
explained AS (
    SELECT
        f.certno,
        f.generic_code,
        f.drug_name,
        f.from_date,
        f.to_date,
        f.finding,
        f.finding_rank,
        f.measured,
        f.allowed,
        f.net_share,
        d.rx_no,
        CASE
            WHEN f.measured <= f.allowed THEN 'REVERSED'
            WHEN f.fund_measured <= f.allowed THEN 'FAMILY_ACCOUNT'
            WHEN d.is_registered THEN 'HEAVY_USER'
            WHEN f.finding_rank = 1 AND f.fund_measured - d.covered_days <= f.allowed THEN
                CASE d.kind WHEN '长处方' THEN 'LONG_PRESCRIPTION' WHEN '节前备药' THEN 'HOLIDAY_STOCK'
                    WHEN '出境备药' THEN 'ABROAD_STOCK' ELSE 'HEAVY_USER' END
            WHEN f.own_measured <= f.allowed THEN 'AGENT_PICKUP'
        END AS exclusion_code
    FROM found AS f
    LEFT JOIN documents AS d
        ON d.certno = f.certno
        AND d.generic_code = f.generic_code
        AND d.finding = f.finding
        AND d.from_date = f.from_date
)
SELECT
    certno AS subject_id,
    from_date AS occurred_from,
    to_date AS occurred_to,
    CASE
        WHEN measured <= allowed THEN CAST(0 AS DECIMAL(18, 2))
        ELSE CAST(round(CAST(net_share * (measured - allowed) / measured AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2))
    END AS amount,
    exclusion_code,
    generic_code,
    drug_name,
    finding,
    measured,
    CAST(allowed AS BIGINT) AS allowed,
    CAST(net_share AS DECIMAL(18, 2)) AS window_fund,
    rx_no
FROM explained
QUALIFY row_number() OVER (  -- unique: a finding has one row for each first day
    PARTITION BY certno, generic_code
    ORDER BY exclusion_code IS NOT NULL, finding_rank, measured DESC, from_date
) = 1

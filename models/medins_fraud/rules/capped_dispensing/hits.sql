-- P2 顶格开药: a person who within one calendar year uses up the monthly limit of one kind of outpatient care in many
-- months, mostly on drugs that are known to be resold, at several institutions. One row per person, insurance, kind of
-- care and year.
-- Look-alikes: refunds, months paid from a family account, registered heavy use (transplant, tumour, rare disease), months
-- with a long prescription, with stock before a holiday or a journey, registered pick-up by another person.
WITH refunds AS (
    SELECT init_setl_id, sum(fund_pay_sumamt) AS fund, sum(acct_mulaid_pay) AS family
    FROM medins.setl_d
    WHERE init_setl_id IS NOT NULL AND coalesce(vali_flag, '1') <> '0'
    GROUP BY init_setl_id
),
paid AS (
    SELECT
        s.setl_id,
        s.mdtrt_id,
        s.certno,
        s.insutype,
        s.med_type,
        s.fixmedins_code,
        s.begndate,
        s.enddate,
        CAST(date_trunc('month', s.begndate) AS DATE) AS month_start,
        CAST(date_trunc('year', s.begndate) AS DATE) AS year_start,
        s.fund_pay_sumamt + coalesce(s.acct_mulaid_pay, 0) AS gross_spend,
        s.fund_pay_sumamt + coalesce(r.fund, 0) AS net_fund,
        coalesce(s.acct_mulaid_pay, 0) + coalesce(r.family, 0) AS net_family,
        c.month_cap
    FROM medins.setl_d AS s
    INNER JOIN medins.outpatient_cap AS c
        ON c.insutype = s.insutype
        AND c.med_type = s.med_type
        AND s.begndate >= c.valid_from
        AND (c.valid_to IS NULL OR s.begndate <= c.valid_to)
    LEFT JOIN refunds AS r ON r.init_setl_id = s.setl_id
    WHERE s.init_setl_id IS NULL AND coalesce(s.vali_flag, '1') <> '0'
),
months AS (
    SELECT
        certno,
        insutype,
        med_type,
        year_start,
        month_start,
        min(begndate) AS first_date,
        max(enddate) AS last_date,
        sum(net_fund) AS net_fund,
        sum(gross_spend) >= $cap_share * max(month_cap) AS is_gross_full,
        sum(net_fund + net_family) >= $cap_share * max(month_cap) AS is_net_full,
        sum(net_fund) >= $cap_share * max(month_cap) AS is_fund_full
    FROM paid
    GROUP BY certno, insutype, med_type, year_start, month_start
),
papers AS (
    SELECT
        m.certno,
        m.insutype,
        m.med_type,
        m.month_start,
        min(p.kind || p.rx_no) AS paper
    FROM months AS m
    INNER JOIN medins.long_prescription AS p ON p.certno = m.certno
    WHERE m.is_fund_full
        AND CASE
            WHEN p.kind = '特殊病种'
                THEN p.issued_on <= m.first_date AND p.issued_on + CAST(p.covers_days AS INTEGER) >= m.month_start
            ELSE CAST(date_trunc('month', p.issued_on) AS DATE) = m.month_start
        END
    GROUP BY m.certno, m.insutype, m.med_type, m.month_start
),
years AS (
    SELECT
        m.certno,
        m.insutype,
        m.med_type,
        m.year_start,
        min(m.first_date) AS first_date,
        max(m.last_date) AS last_date,
        count(CASE WHEN m.is_net_full THEN 1 END) AS net_months,
        count(CASE WHEN m.is_fund_full THEN 1 END) AS fund_months,
        count(CASE WHEN m.is_fund_full AND p.paper IS NULL THEN 1 END) AS open_months,
        sum(m.net_fund) AS net_fund,
        min(p.paper) AS paper
    FROM months AS m
    LEFT JOIN papers AS p
        ON p.certno = m.certno
        AND p.insutype = m.insutype
        AND p.med_type = m.med_type
        AND p.month_start = m.month_start
    WHERE m.is_gross_full
    GROUP BY m.certno, m.insutype, m.med_type, m.year_start
    HAVING count(*) >= $cap_months
),
drugs AS (
    SELECT
        y.certno,
        y.insutype,
        y.med_type,
        y.year_start,
        count(DISTINCT substr(f.med_list_codg, 1, $generic_code_length)) AS generics,
        count(DISTINCT d.generic_code) AS resale_generics,
        count(DISTINCT s.fixmedins_code) AS institutions,
        count(DISTINCT CASE WHEN a.mdtrt_id IS NULL THEN s.fixmedins_code END) AS own_institutions
    FROM years AS y
    INNER JOIN paid AS s
        ON s.certno = y.certno
        AND s.insutype = y.insutype
        AND s.med_type = y.med_type
        AND s.year_start = y.year_start
    INNER JOIN marts.medins_fee_net AS f ON f.setl_id = s.setl_id
    LEFT JOIN medins.resale_drug AS d ON d.generic_code = substr(f.med_list_codg, 1, $generic_code_length)
    LEFT JOIN medins.agent_pickup AS a ON a.mdtrt_id = s.mdtrt_id
    WHERE list_contains($drug_item_types, f.med_chrgitm_type)
    GROUP BY y.certno, y.insutype, y.med_type, y.year_start
)
SELECT
    y.certno AS subject_id,
    y.first_date AS occurred_from,
    y.last_date AS occurred_to,
    CAST(greatest(y.net_fund, 0) AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN y.net_months < $cap_months THEN 'REVERSED'
        WHEN y.fund_months < $cap_months THEN 'FAMILY_ACCOUNT'
        WHEN y.open_months < $cap_months THEN
            CASE
                WHEN starts_with(y.paper, '长处方') THEN 'LONG_PRESCRIPTION'
                WHEN starts_with(y.paper, '节前备药') THEN 'HOLIDAY_STOCK'
                WHEN starts_with(y.paper, '出境备药') THEN 'ABROAD_STOCK'
                ELSE 'HEAVY_USER'
            END
        WHEN g.own_institutions < $cap_institutions THEN 'AGENT_PICKUP'
    END AS exclusion_code,
    y.insutype,
    y.med_type,
    y.net_months AS full_months,
    g.institutions,
    g.own_institutions,
    g.generics,
    g.resale_generics,
    CAST($cap_share AS DECIMAL(9, 4)) AS cap_share,
    y.paper
FROM years AS y
INNER JOIN drugs AS g
    ON g.certno = y.certno
    AND g.insutype = y.insutype
    AND g.med_type = y.med_type
    AND g.year_start = y.year_start
WHERE g.resale_generics > $resale_drug_share * g.generics
    AND g.institutions >= $cap_institutions

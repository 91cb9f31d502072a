-- P10 重复享受: two settlements that the fund paid, of one episode (same person, institution and kind of care, days that
-- meet) by two insurances or two places of insurance, or of one invoice. One row per pair and finding; the later
-- settlement is the repeated one.
-- Look-alikes: refund of either, a stay settled in segments when the insurance changed, maternity benefit beside medical
-- benefit, a split invoice for what the first payer left over.
WITH refunds AS (
    SELECT init_setl_id, sum(fund_pay_sumamt) AS fund
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY init_setl_id
),
paid AS (
    SELECT
        s.setl_id,
        s.mdtrt_id,
        s.certno,
        s.insutype,
        coalesce(s.insu_admdvs, '') AS region,
        s.fixmedins_code,
        s.fixmedins_name,
        s.begndate,
        s.enddate,
        s.setl_time,
        s.med_type,
        s.mid_setl_flag,
        s.fund_pay_sumamt + coalesce(r.fund, 0) AS net_fund
    FROM medins.setl_d AS s
    LEFT JOIN refunds AS r ON r.init_setl_id = s.setl_id
    WHERE s.init_setl_id IS NULL AND s.fund_pay_sumamt > 0 AND coalesce(s.vali_flag, '1') <> '0'
),
matched AS (
    SELECT
        '同一次就医两次结算' AS finding,
        a.setl_id AS first_setl_id,
        b.setl_id AS second_setl_id,
        CAST(NULL AS VARCHAR) AS invoice_code,
        CAST(NULL AS VARCHAR) AS invoice_no,
        CAST(NULL AS DECIMAL(18, 2)) AS invoice_amt,
        FALSE AS is_split
    FROM paid AS a
    INNER JOIN paid AS b
        ON b.certno = a.certno
        AND b.fixmedins_code = a.fixmedins_code
        AND b.med_type = a.med_type
        AND b.begndate <= a.enddate
        AND b.enddate >= a.begndate
    WHERE (a.insutype <> b.insutype OR a.region <> b.region)
        AND (a.setl_time < b.setl_time OR (a.setl_time = b.setl_time AND a.setl_id < b.setl_id))
    UNION ALL
    SELECT
        '同一票据两次报销',
        a.setl_id,
        b.setl_id,
        i.invoice_code,
        i.invoice_no,
        i.invoice_amt,
        i.copy_kind = '分割单' OR j.copy_kind = '分割单'
    FROM medins.invoice AS i
    INNER JOIN medins.invoice AS j ON j.invoice_code = i.invoice_code AND j.invoice_no = i.invoice_no
    INNER JOIN paid AS a ON a.setl_id = i.setl_id
    INNER JOIN paid AS b ON b.setl_id = j.setl_id
    WHERE a.setl_time < b.setl_time OR (a.setl_time = b.setl_time AND a.setl_id < b.setl_id)
)
SELECT
    b.certno AS subject_id,
    least(a.begndate, b.begndate) AS occurred_from,
    greatest(a.enddate, b.enddate) AS occurred_to,
    CAST(greatest(b.net_fund, 0) AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN a.net_fund <= 0 OR b.net_fund <= 0 THEN 'REFUNDED'
        WHEN a.mdtrt_id = b.mdtrt_id AND a.mid_setl_flag = '1' THEN 'SEGMENTED'
        WHEN list_contains($maternity_insutypes, a.insutype) OR list_contains($maternity_insutypes, b.insutype)
            THEN 'MATERNITY'
        WHEN m.is_split AND a.net_fund + b.net_fund <= m.invoice_amt THEN 'SPLIT_INVOICE'
    END AS exclusion_code,
    m.finding,
    m.first_setl_id,
    m.second_setl_id,
    m.invoice_code,
    m.invoice_no,
    a.fixmedins_name AS first_institution,
    b.fixmedins_name AS second_institution,
    a.insutype AS first_insutype,
    b.insutype AS second_insutype,
    a.region AS first_region,
    b.region AS second_region,
    CAST(a.setl_time AS DATE) AS first_settled,
    CAST(b.setl_time AS DATE) AS second_settled,
    a.net_fund AS first_fund,
    b.net_fund AS second_fund
FROM matched AS m
INNER JOIN paid AS a ON a.setl_id = m.first_setl_id
INNER JOIN paid AS b ON b.setl_id = m.second_setl_id

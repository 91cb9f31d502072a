-- P9 门特资格造假: an approval for a disease that cannot be diagnosed without a stay or imaging, while the insurer knows of
-- neither within the days before the approval, and the fund has paid for that disease since. One row per approval.
-- Look-alikes: refund, renewal of an earlier approval, stay or imaging in another place with its papers on file, insured
-- here for less than the days looked back.
WITH approvals AS (
    SELECT
        approval_id,
        certno,
        dise_no,
        dise_name,
        fixmedins_name AS institution,
        dr_name AS doctor,
        approved_on,
        valid_from,
        valid_to
    FROM medins.special_approval
    WHERE list_contains($record_backed_diseases, dise_name)
),
used AS (
    SELECT
        a.approval_id,
        sum(CASE WHEN s.init_setl_id IS NULL THEN s.fund_pay_sumamt END) AS gross_fund,
        sum(s.fund_pay_sumamt) AS net_fund,
        count(CASE WHEN s.init_setl_id IS NULL THEN s.setl_id END) AS settlements,
        max(s.enddate) AS last_date
    FROM approvals AS a
    INNER JOIN medins.setl_d AS s
        ON s.certno = a.certno
        AND s.dise_no = a.dise_no
        AND s.begndate >= a.valid_from
        AND (a.valid_to IS NULL OR s.begndate <= a.valid_to)
    WHERE coalesce(s.vali_flag, '1') <> '0'
    GROUP BY a.approval_id
),
supported AS (
    SELECT a.approval_id
    FROM approvals AS a
    INNER JOIN medins.mdtrt_d AS m
        ON m.certno = a.certno
        AND datediff('day', CAST(m.begntime AS DATE), a.approved_on) BETWEEN 0 AND $approval_evidence_days
    WHERE list_contains($inpatient_med_types, m.med_type) AND coalesce(m.vali_flag, '1') <> '0'
    UNION
    SELECT a.approval_id
    FROM approvals AS a
    INNER JOIN marts.medins_fee_net AS f
        ON f.certno = a.certno
        AND datediff('day', f.fee_date, a.approved_on) BETWEEN 0 AND $approval_evidence_days
    WHERE list_contains($imaging_item_prefixes, substr(f.med_list_codg, 1, 4)) -- literal: length of the item group code
        AND f.net_cnt > 0
),
renewed AS (
    SELECT a.approval_id, min(e.approval_id) AS earlier_id
    FROM approvals AS a
    INNER JOIN approvals AS e
        ON e.certno = a.certno
        AND e.dise_no = a.dise_no
        AND e.approved_on < a.approved_on
        AND (e.valid_to IS NULL OR datediff('day', e.valid_to, a.approved_on) <= $renewal_gap_days)
    GROUP BY a.approval_id
),
recorded AS (
    SELECT a.approval_id, min(r.record_id) AS record_id
    FROM approvals AS a
    INNER JOIN medins.outside_record AS r
        ON r.certno = a.certno
        AND datediff('day', r.record_date, a.approved_on) BETWEEN 0 AND $approval_evidence_days
    GROUP BY a.approval_id
)
SELECT
    a.certno AS subject_id,
    a.approved_on AS occurred_from,
    u.last_date AS occurred_to,
    CAST(greatest(u.net_fund, 0) AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN u.net_fund <= 0 THEN 'REFUNDED'
        WHEN n.earlier_id IS NOT NULL THEN 'RENEWAL'
        WHEN r.record_id IS NOT NULL THEN 'OUTSIDE_RECORD'
        WHEN datediff('day', i.insured_from, a.approved_on) < $approval_evidence_days THEN 'NEWLY_INSURED'
    END AS exclusion_code,
    a.approval_id,
    a.dise_no,
    a.dise_name,
    a.institution,
    a.doctor,
    a.valid_from,
    u.settlements,
    u.net_fund,
    CAST($approval_evidence_days AS BIGINT) AS evidence_days,
    n.earlier_id,
    r.record_id,
    i.insured_from
FROM approvals AS a
INNER JOIN used AS u ON u.approval_id = a.approval_id
LEFT JOIN supported AS p ON p.approval_id = a.approval_id
LEFT JOIN renewed AS n ON n.approval_id = a.approval_id
LEFT JOIN recorded AS r ON r.approval_id = a.approval_id
LEFT JOIN medins.insured_unit AS i ON i.certno = a.certno
WHERE u.gross_fund > 0 AND p.approval_id IS NULL

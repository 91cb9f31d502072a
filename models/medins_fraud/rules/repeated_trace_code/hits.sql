-- P3 追溯码重复: a trace code that the fund paid for in one settlement turns up in a later one. One row per later scan, held
-- against the most recent earlier scan that nothing undoes; the subject is the institution that sold the second time.
-- Look-alikes: the later sale refunded, the earlier one returned before, a corrected mis-scan, loose units of one pack,
-- boxes of one carton code. Loose units and cartons excuse only as many sales as the pack holds.
WITH reversals AS (
    SELECT mdtrt_id, init_feedetl_sn, max(fee_ocur_time) AS undone_at
    FROM medins.fee_list_d
    WHERE init_feedetl_sn IS NOT NULL
    GROUP BY mdtrt_id, init_feedetl_sn
),
refunds AS (
    SELECT init_setl_id, max(setl_time) AS undone_at
    FROM medins.setl_d
    WHERE init_setl_id IS NOT NULL
    GROUP BY init_setl_id
),
corrections AS (
    SELECT trace_id, min(correction_id) AS correction_id
    FROM medins.trace_correction
    GROUP BY trace_id
),
scans AS (
    SELECT
        t.trace_id,
        t.drug_trac_codg,
        t.mdtrt_id,
        t.setl_id,
        t.bkkp_sn,
        t.fixmedins_code,
        t.fixmedins_name,
        t.scan_time,
        t.trdn_flag = '1' AS is_loose,
        t.pack_level <> '单品' AS is_aggregate,
        t.cnt,
        t.pack_cnt,
        f.certno,
        f.hilist_name,
        f.net_cnt,
        f.net_share,
        count(*) OVER (PARTITION BY t.mdtrt_id, t.bkkp_sn) AS codes_on_line,
        CASE WHEN f.net_cnt <= 0 THEN coalesce(v.undone_at, d.undone_at) END AS undone_at,
        c.correction_id
    FROM medins.trace_code AS t
    INNER JOIN marts.medins_fee_net AS f ON f.mdtrt_id = t.mdtrt_id AND f.bkkp_sn = t.bkkp_sn
    LEFT JOIN reversals AS v ON v.mdtrt_id = t.mdtrt_id AND v.init_feedetl_sn = t.bkkp_sn
    LEFT JOIN refunds AS d ON d.init_setl_id = t.setl_id
    LEFT JOIN corrections AS c ON c.trace_id = t.trace_id
    WHERE f.gross_share > 0
),
pairs AS (
    SELECT
        r.fixmedins_code,
        r.trace_id,
        r.drug_trac_codg,
        r.hilist_name,
        r.mdtrt_id,
        r.setl_id,
        r.bkkp_sn,
        r.certno,
        r.scan_time,
        r.net_cnt,
        r.net_share,
        r.codes_on_line,
        r.pack_cnt,
        e.trace_id AS earlier_trace_id,
        e.mdtrt_id AS earlier_mdtrt_id,
        e.setl_id AS earlier_setl_id,
        e.bkkp_sn AS earlier_bkkp_sn,
        e.certno AS earlier_certno,
        e.fixmedins_name AS earlier_institution,
        e.scan_time AS earlier_time,
        coalesce(e.undone_at <= r.scan_time, FALSE) AS is_returned,
        e.correction_id IS NOT NULL AS is_earlier_corrected,
        coalesce(r.correction_id, e.correction_id) AS correction_id,
        r.is_loose AND e.is_loose AS is_loose,
        r.is_aggregate AND e.is_aggregate AS is_aggregate,
        r.cnt + sum(CASE WHEN e.undone_at <= r.scan_time THEN 0 ELSE e.cnt END)
            OVER (PARTITION BY r.trace_id) AS sold_cnt
    FROM scans AS r
    INNER JOIN scans AS e
        ON e.drug_trac_codg = r.drug_trac_codg
        AND e.setl_id <> r.setl_id
        AND (e.scan_time < r.scan_time OR (e.scan_time = r.scan_time AND e.trace_id < r.trace_id))
)
SELECT
    fixmedins_code AS subject_id,
    CAST(scan_time AS DATE) AS occurred_from,
    CAST(scan_time AS DATE) AS occurred_to,
    CAST(round(CAST(net_share / codes_on_line AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN net_cnt <= 0 THEN 'REFUNDED'
        WHEN is_returned THEN 'RETURNED'
        WHEN correction_id IS NOT NULL THEN 'MIS_SCAN'
        WHEN is_loose AND sold_cnt <= pack_cnt THEN 'SPLIT_PACK'
        WHEN is_aggregate AND sold_cnt <= pack_cnt THEN 'CARTON_CODE'
    END AS exclusion_code,
    trace_id,
    drug_trac_codg AS trace_code,
    hilist_name AS drug_name,
    mdtrt_id,
    setl_id,
    bkkp_sn,
    certno,
    earlier_trace_id,
    earlier_mdtrt_id,
    earlier_setl_id,
    earlier_bkkp_sn,
    earlier_certno,
    earlier_institution,
    CAST(earlier_time AS DATE) AS earlier_date,
    correction_id,
    CAST(sold_cnt AS DECIMAL(18, 4)) AS sold_cnt,
    pack_cnt
FROM pairs
QUALIFY row_number() OVER ( -- unique: a scan has a number of its own
    PARTITION BY trace_id
    ORDER BY is_returned, is_earlier_corrected, earlier_time DESC, earlier_trace_id DESC
) = 1

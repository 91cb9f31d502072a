-- M10 虚记、虚构: fee lines that cannot have happened. (a) The doctor on the line was on leave, dead or without a licence
-- that day: one row per visit and doctor. (b) The uses of an item on a day take more minutes than the devices of the
-- institution are open: one row per institution, item and day. (c) An item for which the laboratory or imaging system of
-- the institution gives reports has none in that visit: one row per visit and item.
-- Look-alikes: reversal or refund; sample or patient sent out; lines posted after discharge; a standing order from before
-- the absence; leave ended early; a death registered under another name; a licence being renewed; borrowed devices and
-- approved longer hours; an outage of the reporting system.
WITH visits AS (
    SELECT mdtrt_id, CAST(coalesce(endtime, begntime) AS DATE) AS end_date FROM medins.mdtrt_d
),
licences AS (
    SELECT
        staff_code,
        staff_name,
        licence_no,
        licence_to,
        lead(licence_from) OVER (PARTITION BY staff_code ORDER BY licence_from, licence_no) AS next_from
    FROM medins.staff
),
absences AS (
    SELECT
        p.staff_code,
        p.staff_name,
        1 AS priority,
        '已死亡' AS reason,
        d.death_date + 1 AS from_date,
        CAST(NULL AS DATE) AS to_date,
        CAST(NULL AS DATE) AS cancelled_on,
        d.name <> p.staff_name AS is_other_name,
        FALSE AS is_renewing,
        p.id_no AS ref_no
    FROM medins.staff AS p
    INNER JOIN person.death AS d ON d.id_number = p.id_no
    UNION ALL
    SELECT p.staff_code, p.staff_name, 2, l.kind, l.leave_from, l.leave_to, l.cancelled_on, FALSE, FALSE, l.leave_no -- literal: order of reasons
    FROM medins.staff AS p
    INNER JOIN medins.staff_leave AS l ON l.staff_code = p.staff_code
    UNION ALL
    SELECT
        staff_code,
        staff_name,
        3, -- literal: order of reasons
        '执业证已过期',
        licence_to + 1,
        next_from - 1,
        NULL,
        FALSE,
        datediff('day', licence_to, next_from) <= $licence_renewal_days,
        licence_no
    FROM licences
),
signed AS (
    SELECT
        f.mdtrt_id,
        f.bkkp_sn,
        f.rx_drord_no,
        CAST(f.fee_ocur_time AS DATE) AS fee_date,
        a.staff_code,
        a.staff_name,
        a.priority,
        a.reason,
        a.from_date,
        a.cancelled_on,
        a.is_other_name,
        a.is_renewing,
        a.ref_no
    FROM medins.fee_list_d AS f
    INNER JOIN absences AS a
        ON a.staff_code = f.bilg_dr_code
        AND CAST(f.fee_ocur_time AS DATE) BETWEEN a.from_date AND coalesce(a.to_date, CAST(f.fee_ocur_time AS DATE))
),
orders AS (
    SELECT s.mdtrt_id, s.rx_drord_no, s.staff_code, min(CAST(f.fee_ocur_time AS DATE)) AS first_date
    FROM signed AS s
    INNER JOIN medins.fee_list_d AS f
        ON f.mdtrt_id = s.mdtrt_id AND f.rx_drord_no = s.rx_drord_no AND f.bilg_dr_code = s.staff_code
    GROUP BY s.mdtrt_id, s.rx_drord_no, s.staff_code
),
absent AS (
    SELECT
        n.mdtrt_id,
        n.bkkp_sn,
        n.certno,
        n.fixmedins_code,
        n.fee_date,
        n.net_share,
        s.staff_code,
        s.staff_name,
        s.reason,
        s.ref_no,
        CASE
            WHEN n.net_cnt <= 0 THEN 'REVERSED'
            WHEN v.end_date < s.from_date THEN 'LATE_POSTING'
            WHEN o.first_date < s.from_date
                AND datediff('day', o.first_date, n.fee_date) <= $standing_order_days THEN 'STANDING_ORDER'
            WHEN s.cancelled_on <= n.fee_date THEN 'LEAVE_CANCELLED'
            WHEN s.is_other_name THEN 'NAME_MISMATCH'
            WHEN s.is_renewing THEN 'LICENCE_RENEWING'
        END AS exclusion_code
    FROM signed AS s
    INNER JOIN marts.medins_fee_net AS n ON n.mdtrt_id = s.mdtrt_id AND n.bkkp_sn = s.bkkp_sn AND n.gross_share > 0
    INNER JOIN visits AS v ON v.mdtrt_id = s.mdtrt_id
    LEFT JOIN orders AS o
        ON o.mdtrt_id = s.mdtrt_id AND o.rx_drord_no = s.rx_drord_no AND o.staff_code = s.staff_code
    QUALIFY row_number() OVER ( -- unique: rows left equal say the same
        PARTITION BY n.mdtrt_id, n.bkkp_sn ORDER BY exclusion_code IS NOT NULL, s.priority, s.ref_no
    ) = 1
),
machines AS (
    SELECT DISTINCT fixmedins_code, item_code FROM medins.device
),
uses AS (
    SELECT
        n.fixmedins_code,
        m.item_code,
        n.fee_date,
        n.bkkp_sn,
        n.hilist_name,
        n.gross_cnt,
        n.net_cnt,
        n.net_share,
        CASE WHEN n.etip_flag = '1' THEN 0 ELSE n.net_cnt END AS inside_cnt,
        CASE WHEN n.etip_flag = '1' OR n.fee_date > v.end_date THEN 0 ELSE n.net_cnt END AS dated_cnt
    FROM marts.medins_fee_net AS n
    INNER JOIN machines AS m ON m.fixmedins_code = n.fixmedins_code AND starts_with(n.med_list_codg, m.item_code)
    INNER JOIN visits AS v ON v.mdtrt_id = n.mdtrt_id
    WHERE n.gross_share > 0
),
busy AS (
    SELECT
        fixmedins_code,
        item_code,
        fee_date,
        min(hilist_name) AS item_name,
        min(bkkp_sn) AS first_bkkp_sn,
        count(*) AS line_count,
        sum(net_share) AS net_share,
        sum(gross_cnt) AS gross_cnt,
        sum(net_cnt) AS net_cnt,
        sum(inside_cnt) AS inside_cnt,
        sum(dated_cnt) AS dated_cnt
    FROM uses
    GROUP BY fixmedins_code, item_code, fee_date
),
capacity AS (
    SELECT
        b.fixmedins_code,
        b.item_code,
        b.fee_date,
        max(d.use_minutes) AS use_minutes,
        sum(CASE WHEN d.kind = '自有' THEN d.device_cnt * d.open_minutes ELSE 0 END) AS own_minutes,
        sum(CASE WHEN d.kind IN ('自有', '租借') THEN d.device_cnt * d.open_minutes END) AS owned_or_lent,
        sum(d.device_cnt * d.open_minutes) AS all_minutes
    FROM busy AS b
    INNER JOIN medins.device AS d
        ON d.fixmedins_code = b.fixmedins_code
        AND d.item_code = b.item_code
        AND b.fee_date BETWEEN d.valid_from AND coalesce(d.valid_to, b.fee_date)
    GROUP BY b.fixmedins_code, b.item_code, b.fee_date
),
overrun AS (
    SELECT
        b.fixmedins_code,
        b.item_code,
        b.fee_date,
        b.item_name,
        b.first_bkkp_sn,
        b.line_count,
        b.net_share,
        b.dated_cnt * c.use_minutes AS used_minutes,
        c.all_minutes,
        CASE
            WHEN b.net_cnt * c.use_minutes <= c.own_minutes THEN 'REVERSED'
            WHEN b.inside_cnt * c.use_minutes <= c.own_minutes THEN 'OUTSIDE_LAB'
            WHEN b.dated_cnt * c.use_minutes <= c.own_minutes THEN 'LATE_POSTING'
            WHEN b.dated_cnt * c.use_minutes <= c.owned_or_lent THEN 'BORROWED_DEVICE'
            WHEN b.dated_cnt * c.use_minutes <= c.all_minutes THEN 'EXTENDED_HOURS'
        END AS exclusion_code
    FROM busy AS b
    INNER JOIN capacity AS c
        ON c.fixmedins_code = b.fixmedins_code AND c.item_code = b.item_code AND c.fee_date = b.fee_date
    WHERE b.gross_cnt * c.use_minutes > c.own_minutes
),
covered AS (
    SELECT fixmedins_code, item_code, min(report_no) AS report_no
    FROM medins.lab_result
    GROUP BY fixmedins_code, item_code
),
outages AS (
    SELECT n.mdtrt_id, n.bkkp_sn, min(o.outage_no) AS outage_no
    FROM marts.medins_fee_net AS n
    INNER JOIN medins.system_outage AS o
        ON o.fixmedins_code = n.fixmedins_code AND n.fee_date BETWEEN o.date_from AND o.date_to
    GROUP BY n.mdtrt_id, n.bkkp_sn
),
unreported AS (
    SELECT
        n.mdtrt_id,
        n.bkkp_sn,
        n.certno,
        n.fixmedins_code,
        n.fee_date,
        n.med_list_codg,
        n.hilist_name,
        n.net_share,
        c.report_no,
        o.outage_no,
        CASE
            WHEN n.net_cnt <= 0 THEN 'REVERSED'
            WHEN n.etip_flag = '1' THEN 'OUTSIDE_LAB'
            WHEN o.outage_no IS NOT NULL THEN 'SYSTEM_OUTAGE'
        END AS exclusion_code
    FROM marts.medins_fee_net AS n
    INNER JOIN covered AS c ON c.fixmedins_code = n.fixmedins_code AND c.item_code = n.med_list_codg
    LEFT JOIN medins.lab_result AS r ON r.mdtrt_id = n.mdtrt_id AND r.item_code = n.med_list_codg
    LEFT JOIN outages AS o ON o.mdtrt_id = n.mdtrt_id AND o.bkkp_sn = n.bkkp_sn
    LEFT JOIN absent AS a ON a.mdtrt_id = n.mdtrt_id AND a.bkkp_sn = n.bkkp_sn AND a.exclusion_code IS NULL
    WHERE r.mdtrt_id IS NULL
        AND a.mdtrt_id IS NULL
        AND n.gross_share > 0
        AND datediff('day', n.fee_date, $as_of) > $report_days
)
SELECT
    fixmedins_code AS subject_id,
    min(fee_date) AS occurred_from,
    max(fee_date) AS occurred_to,
    CAST(sum(net_share) AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    '人员不可能在岗' AS fake_kind,
    staff_name || '（' || staff_code || '）' || reason || '期间仍在就诊号' || mdtrt_id || '开单' AS detail,
    mdtrt_id,
    certno,
    staff_code,
    CAST(NULL AS VARCHAR) AS item_code,
    min(ref_no) AS ref_no,
    count(*) AS line_count,
    min(bkkp_sn) AS first_bkkp_sn
FROM absent
GROUP BY fixmedins_code, exclusion_code, mdtrt_id, certno, staff_code, staff_name, reason
UNION ALL
SELECT
    fixmedins_code,
    fee_date,
    fee_date,
    CASE
        WHEN used_minutes <= all_minutes THEN CAST(0 AS DECIMAL(18, 2))
        ELSE CAST(
            round(CAST(net_share * (used_minutes - all_minutes) / used_minutes AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2)
        )
    END,
    exclusion_code,
    '超过设备能力',
    item_name || '用时' || CAST(CAST(used_minutes AS BIGINT) AS VARCHAR) || '分钟，设备开放'
    || CAST(CAST(all_minutes AS BIGINT) AS VARCHAR) || '分钟',
    NULL,
    NULL,
    NULL,
    item_code,
    NULL,
    line_count,
    first_bkkp_sn
FROM overrun
UNION ALL
SELECT
    fixmedins_code,
    min(fee_date),
    max(fee_date),
    CAST(sum(net_share) AS DECIMAL(18, 2)),
    exclusion_code,
    '没有检验检查报告',
    '就诊号' || mdtrt_id || '收取' || min(hilist_name) || '，系统中没有报告',
    mdtrt_id,
    certno,
    NULL,
    med_list_codg,
    coalesce(min(outage_no), report_no),
    count(*),
    min(bkkp_sn)
FROM unreported
GROUP BY fixmedins_code, exclusion_code, mdtrt_id, certno, med_list_codg, report_no

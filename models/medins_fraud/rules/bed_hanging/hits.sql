-- M2 挂床住院: an inpatient stay with enough days lacking any nursing, laboratory, examination, treatment or operation
-- line, while the person was elsewhere on a day strictly inside the stay: another institution or pharmacy, hotel, train,
-- flight, attendance record, custody. One row per stay; an unexcused presence counts before an excused one.
-- Look-alikes: refund, day surgery, home bed, first or last day only, bed leave slip, outside consultation or
-- examination, pharmacy purchase from a personal account, registered pick-up by another person.
WITH paid AS (
    SELECT
        mdtrt_id,
        max(CASE WHEN init_setl_id IS NULL THEN fund_pay_sumamt END) AS gross_fund,
        sum(fund_pay_sumamt) AS net_fund,
        sum(coalesce(acct_pay, 0) + coalesce(acct_mulaid_pay, 0)) AS net_account
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY mdtrt_id
),
visits AS (
    SELECT
        m.mdtrt_id,
        m.certno,
        m.fixmedins_code,
        m.med_type,
        CAST(m.begntime AS DATE) AS begin_date,
        CAST(coalesce(m.endtime, m.begntime) AS DATE) AS end_date,
        p.gross_fund,
        p.net_fund,
        p.net_account
    FROM medins.mdtrt_d AS m
    INNER JOIN paid AS p ON p.mdtrt_id = m.mdtrt_id
    WHERE coalesce(m.vali_flag, '1') <> '0'
),
stays AS (
    SELECT mdtrt_id, certno, fixmedins_code, med_type, begin_date, end_date, gross_fund, net_fund,
        datediff('day', begin_date, end_date) AS stay_days
    FROM visits
    WHERE list_contains($bed_med_types, med_type)
        AND datediff('day', begin_date, end_date) >= $hanging_min_days
        AND gross_fund > 0
),
custody AS (
    SELECT person_id, status_kind, from_date, max(coalesce(to_date, $as_of)) AS to_date
    FROM marts.person_status_interval
    WHERE list_contains($custody_statuses, status_kind)
    GROUP BY person_id, status_kind, from_date
),
presence AS (
    SELECT
        certno,
        kind AS presence_kind,
        presence_id AS presence_key,
        CAST(start_time AS DATE) AS from_date,
        CAST(coalesce(end_time, start_time) AS DATE) AS to_date,
        start_time,
        coalesce(end_time, start_time) AS end_time,
        NULL AS fixmedins_code,
        FALSE AS is_account_only
    FROM medins.external_presence
    UNION ALL
    SELECT
        certno,
        CASE WHEN list_contains($pharmacy_med_types, med_type) THEN '药店购药' ELSE '外院就诊' END,
        mdtrt_id,
        begin_date,
        end_date,
        CAST(begin_date AS TIMESTAMP),
        CAST(end_date AS TIMESTAMP),
        fixmedins_code,
        net_fund <= 0
    FROM visits
    WHERE list_contains($outpatient_med_types, med_type) AND (net_fund > 0 OR net_account > 0)
    UNION ALL
    SELECT
        person_id,
        status_kind,
        status_kind || CAST(from_date AS VARCHAR),
        from_date,
        to_date,
        CAST(from_date AS TIMESTAMP),
        CAST(to_date AS TIMESTAMP),
        NULL,
        FALSE
    FROM custody
),
met AS (
    SELECT
        s.mdtrt_id,
        s.certno,
        s.fixmedins_code,
        s.med_type,
        s.begin_date,
        s.end_date,
        s.stay_days,
        s.net_fund,
        p.presence_kind,
        p.presence_key,
        p.from_date,
        p.to_date,
        p.start_time,
        p.end_time,
        p.fixmedins_code AS other_fixmedins,
        p.is_account_only,
        greatest(p.from_date, s.begin_date + 1) <= least(p.to_date, s.end_date - 1) AS is_inside
    FROM stays AS s
    INNER JOIN presence AS p
        ON p.certno = s.certno
        AND p.from_date <= s.end_date
        AND p.to_date >= s.begin_date
        AND coalesce(p.fixmedins_code, '') <> s.fixmedins_code
),
met_stays AS (
    SELECT DISTINCT mdtrt_id, begin_date, end_date, stay_days FROM met
),
care AS (
    SELECT m.mdtrt_id, count(DISTINCT f.fee_date) AS care_days
    FROM met_stays AS m
    INNER JOIN marts.medins_fee_net AS f
        ON f.mdtrt_id = m.mdtrt_id
        AND f.fee_date >= m.begin_date
        AND f.fee_date < m.end_date
    WHERE list_contains($care_item_types, f.med_chrgitm_type) AND f.gross_cnt > 0
    GROUP BY m.mdtrt_id
),
idle AS (
    SELECT m.mdtrt_id, m.stay_days - coalesce(c.care_days, 0) AS idle_days
    FROM met_stays AS m
    LEFT JOIN care AS c ON c.mdtrt_id = m.mdtrt_id
    WHERE m.stay_days - coalesce(c.care_days, 0) >= $hanging_idle_days
),
leave_slip AS (
    SELECT m.mdtrt_id, m.presence_key, min(l.leave_id) AS leave_id
    FROM met AS m
    INNER JOIN medins.bed_leave AS l
        ON l.mdtrt_id = m.mdtrt_id
        AND l.leave_from <= m.start_time
        AND l.leave_to >= m.end_time
        AND datediff('minute', l.leave_from, l.leave_to) <= $leave_max_minutes
    GROUP BY m.mdtrt_id, m.presence_key
),
sent_out AS (
    SELECT m.presence_key, min(r.referral_id) AS referral_id
    FROM met AS m
    INNER JOIN medins.referral AS r
        ON r.certno = m.certno
        AND r.to_fixmedins_code = m.other_fixmedins
        AND r.date_from <= m.from_date
        AND r.date_to >= m.to_date
    GROUP BY m.presence_key
),
sent_sample AS (
    SELECT m.mdtrt_id, m.presence_key
    FROM met AS m
    INNER JOIN marts.medins_fee_net AS f
        ON f.mdtrt_id = m.mdtrt_id AND f.fee_date = m.from_date AND f.etip_flag = '1' AND f.net_cnt > 0
    WHERE m.other_fixmedins IS NOT NULL
    GROUP BY m.mdtrt_id, m.presence_key
),
explained AS (
    SELECT
        m.mdtrt_id,
        m.certno,
        m.fixmedins_code,
        m.begin_date,
        m.end_date,
        m.stay_days,
        i.idle_days,
        m.net_fund,
        m.presence_kind,
        m.presence_key,
        m.from_date,
        m.to_date,
        l.leave_id,
        o.referral_id,
        CASE
            WHEN m.net_fund <= 0 THEN 'REFUNDED'
            WHEN m.med_type = '28' THEN 'DAY_SURGERY'
            WHEN m.med_type = '71' THEN 'HOME_BED'
            WHEN NOT m.is_inside THEN 'EDGE_DAY'
            WHEN l.leave_id IS NOT NULL THEN 'BED_LEAVE'
            WHEN o.referral_id IS NOT NULL OR t.mdtrt_id IS NOT NULL THEN 'OUTSIDE_CARE'
            WHEN a.mdtrt_id IS NOT NULL THEN 'AGENT_PICKUP'
            WHEN m.presence_kind = '药店购药' AND m.is_account_only THEN 'FAMILY_PHARMACY'
        END AS exclusion_code
    FROM met AS m
    INNER JOIN idle AS i ON i.mdtrt_id = m.mdtrt_id
    LEFT JOIN leave_slip AS l ON l.mdtrt_id = m.mdtrt_id AND l.presence_key = m.presence_key
    LEFT JOIN sent_out AS o ON o.presence_key = m.presence_key
    LEFT JOIN sent_sample AS t ON t.mdtrt_id = m.mdtrt_id AND t.presence_key = m.presence_key
    LEFT JOIN medins.agent_pickup AS a ON a.mdtrt_id = m.presence_key
)
SELECT
    fixmedins_code AS subject_id,
    begin_date AS occurred_from,
    end_date AS occurred_to,
    CAST(net_fund AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    mdtrt_id,
    certno,
    stay_days,
    idle_days,
    presence_kind,
    presence_key,
    from_date AS presence_from,
    to_date AS presence_to,
    leave_id,
    referral_id
FROM explained
QUALIFY row_number() OVER (  -- unique: equal rows are equal in every column
    PARTITION BY mdtrt_id
    ORDER BY exclusion_code IS NOT NULL, exclusion_code = 'EDGE_DAY', from_date, presence_kind, presence_key
) = 1

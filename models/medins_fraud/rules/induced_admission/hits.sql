-- M12 诱导住院: people of one village or unit admitted to one institution within the reach of one day with the same
-- three-character main diagnosis. A day counts as centre when somebody was admitted on it; of centres that overlap the one
-- with most people stands. Relief recipients and people fetched by the institution are counted beside.
-- Look-alikes: refunds, a reported outbreak, a programme of the government, operated patients, a care home (downgraded).
WITH paid AS (
    SELECT
        mdtrt_id,
        max(CASE WHEN init_setl_id IS NULL THEN fund_pay_sumamt END) AS gross_fund,
        sum(fund_pay_sumamt) AS net_fund
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY mdtrt_id
),
operated AS (
    SELECT mdtrt_id
    FROM medins.setl_list_oprn_d
    GROUP BY mdtrt_id
),
stays AS (
    SELECT
        m.mdtrt_id,
        m.certno,
        m.fixmedins_code,
        CAST(m.begntime AS DATE) AS begin_date,
        substr(m.dscg_maindiag_code, 1, 3) AS diagnosis_3, -- literal: ICD category length
        u.unit_code,
        u.unit_name,
        u.unit_kind,
        u.relief_kind,
        p.net_fund,
        o.mdtrt_id AS operated_id,
        t.kind AS transport
    FROM medins.mdtrt_d AS m
    INNER JOIN paid AS p ON p.mdtrt_id = m.mdtrt_id
    INNER JOIN medins.insured_unit AS u ON u.certno = m.certno
    LEFT JOIN operated AS o ON o.mdtrt_id = m.mdtrt_id
    LEFT JOIN medins.patient_transport AS t ON t.mdtrt_id = m.mdtrt_id
    WHERE list_contains($inpatient_med_types, m.med_type)
        AND coalesce(m.vali_flag, '1') <> '0'
        AND p.gross_fund > 0
),
centres AS (
    SELECT fixmedins_code, unit_code, diagnosis_3, begin_date AS centre_date
    FROM stays
    GROUP BY fixmedins_code, unit_code, diagnosis_3, begin_date
),
clusters AS (
    SELECT
        c.fixmedins_code,
        c.unit_code,
        c.diagnosis_3,
        c.centre_date,
        min(s.unit_name) AS unit_name,
        bool_or(s.unit_kind = '养老机构') AS is_care_home,
        min(s.begin_date) AS first_date,
        max(s.begin_date) AS last_date,
        count(DISTINCT s.certno) AS gross_persons,
        count(DISTINCT CASE WHEN s.net_fund > 0 THEN s.certno END) AS persons,
        count(DISTINCT CASE WHEN s.net_fund > 0 AND s.operated_id IS NULL THEN s.certno END) AS plain_persons,
        count(DISTINCT CASE WHEN s.operated_id IS NOT NULL THEN s.certno END) AS operated,
        count(DISTINCT CASE WHEN s.relief_kind IN ('特困', '低保') THEN s.certno END) AS relief_persons,
        count(DISTINCT CASE WHEN s.transport = '院方接送' THEN s.certno END) AS fetched,
        sum(s.net_fund) AS net_fund
    FROM centres AS c
    INNER JOIN stays AS s
        ON s.fixmedins_code = c.fixmedins_code
        AND s.unit_code = c.unit_code
        AND s.diagnosis_3 = c.diagnosis_3
        AND abs(datediff('day', s.begin_date, c.centre_date)) <= $cluster_reach_days
    GROUP BY c.fixmedins_code, c.unit_code, c.diagnosis_3, c.centre_date
    HAVING count(DISTINCT s.certno) >= $cluster_persons
),
overshadowed AS (
    SELECT c.fixmedins_code, c.unit_code, c.diagnosis_3, c.centre_date
    FROM clusters AS c
    INNER JOIN clusters AS b
        ON b.fixmedins_code = c.fixmedins_code
        AND b.unit_code = c.unit_code
        AND b.diagnosis_3 = c.diagnosis_3
        AND abs(datediff('day', b.centre_date, c.centre_date)) <= $cluster_reach_days + $cluster_reach_days
    WHERE b.gross_persons > c.gross_persons
        OR (b.gross_persons = c.gross_persons AND b.centre_date < c.centre_date)
    GROUP BY c.fixmedins_code, c.unit_code, c.diagnosis_3, c.centre_date
),
events AS (
    SELECT
        c.fixmedins_code,
        c.unit_code,
        c.diagnosis_3,
        c.centre_date,
        min(CASE WHEN e.kind = '突发公共卫生事件' THEN e.event_id END) AS outbreak_id,
        min(e.event_id) AS event_id
    FROM clusters AS c
    INNER JOIN medins.group_event AS e
        ON e.unit_code = c.unit_code
        AND starts_with(c.diagnosis_3, e.diag_prefix)
        AND c.centre_date BETWEEN e.date_from AND e.date_to
    GROUP BY c.fixmedins_code, c.unit_code, c.diagnosis_3, c.centre_date
)
SELECT
    c.fixmedins_code AS subject_id,
    c.first_date AS occurred_from,
    c.last_date AS occurred_to,
    CAST(c.net_fund AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN c.persons < $cluster_persons THEN 'REFUNDED'
        WHEN e.outbreak_id IS NOT NULL THEN 'OUTBREAK'
        WHEN e.event_id IS NOT NULL THEN 'PUBLIC_PROGRAMME'
        WHEN c.plain_persons < $cluster_persons THEN 'OPERATED'
        WHEN c.is_care_home THEN 'CARE_HOME'
    END AS exclusion_code,
    c.unit_code,
    c.unit_name,
    c.diagnosis_3,
    c.centre_date,
    c.persons,
    c.operated,
    c.relief_persons,
    c.fetched,
    coalesce(e.outbreak_id, e.event_id) AS event_id
FROM clusters AS c
LEFT JOIN overshadowed AS o
    ON o.fixmedins_code = c.fixmedins_code
    AND o.unit_code = c.unit_code
    AND o.diagnosis_3 = c.diagnosis_3
    AND o.centre_date = c.centre_date
LEFT JOIN events AS e
    ON e.fixmedins_code = c.fixmedins_code
    AND e.unit_code = c.unit_code
    AND e.diagnosis_3 = c.diagnosis_3
    AND e.centre_date = c.centre_date
WHERE o.centre_date IS NULL

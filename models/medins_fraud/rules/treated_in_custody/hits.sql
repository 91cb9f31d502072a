-- P7 在押期间就医: fund-paid fee lines dated strictly inside a custody interval. One row per visit.
-- Look-alikes: refund, hospital of the custodial system, approved treatment outside, late posting (the visit lay outside
-- the custody), registered pick-up by another person.
WITH custody AS (
    SELECT person_id, status_kind, from_date, max(coalesce(to_date, $as_of + 1)) AS to_date
    FROM marts.person_status_interval
    WHERE list_contains($custody_statuses, status_kind)
    GROUP BY person_id, status_kind, from_date
),
treated AS (
    SELECT
        c.person_id,
        c.status_kind,
        c.from_date AS custody_from,
        c.to_date AS custody_to,
        f.mdtrt_id,
        f.fixmedins_code,
        min(f.fee_date) AS first_fee,
        max(f.fee_date) AS last_fee,
        sum(f.net_share) AS net_share
    FROM custody AS c
    INNER JOIN marts.medins_fee_net AS f
        ON f.certno = c.person_id
        AND f.fee_date > c.from_date
        AND f.fee_date < c.to_date
    WHERE f.gross_share > 0
    GROUP BY c.person_id, c.status_kind, c.from_date, c.to_date, f.mdtrt_id, f.fixmedins_code
),
explained AS (
    SELECT
        t.person_id,
        t.status_kind,
        t.custody_from,
        t.custody_to,
        t.mdtrt_id,
        t.fixmedins_code,
        t.first_fee,
        t.last_fee,
        t.net_share,
        m.fixmedins_name,
        r.referral_id,
        CASE
            WHEN t.net_share <= 0 THEN 'REVERSED'
            WHEN CAST(coalesce(m.endtime, m.begntime) AS DATE) <= t.custody_from
                OR CAST(m.begntime AS DATE) >= t.custody_to THEN 'LATE_POSTING'
            WHEN x.custodial_flag = '1' THEN 'CUSTODIAL_HOSPITAL'
            WHEN r.referral_id IS NOT NULL THEN 'ESCORTED'
            WHEN a.mdtrt_id IS NOT NULL THEN 'AGENT_PICKUP'
        END AS exclusion_code
    FROM treated AS t
    LEFT JOIN medins.mdtrt_d AS m ON m.mdtrt_id = t.mdtrt_id
    LEFT JOIN medins.fixmedins AS x ON x.fixmedins_code = t.fixmedins_code
    LEFT JOIN medins.referral AS r
        ON r.certno = t.person_id
        AND r.kind = '出所就医'
        AND r.to_fixmedins_code = t.fixmedins_code
        AND r.date_from <= t.first_fee
        AND r.date_to >= t.last_fee
    LEFT JOIN medins.agent_pickup AS a ON a.mdtrt_id = t.mdtrt_id
)
SELECT
    person_id AS subject_id,
    first_fee AS occurred_from,
    last_fee AS occurred_to,
    CAST(net_share AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    mdtrt_id,
    fixmedins_code,
    fixmedins_name,
    status_kind,
    custody_from,
    CASE WHEN custody_to > $as_of THEN '尚未出所' ELSE CAST(custody_to AS VARCHAR) || '出所' END AS custody_end,
    referral_id
FROM explained
QUALIFY row_number() OVER ( -- unique: a visit is at one institution, a permit has its own id
    PARTITION BY person_id, mdtrt_id
    ORDER BY exclusion_code IS NOT NULL, custody_from, status_kind, referral_id
) = 1

-- R6 当事人已死亡或已过处罚时效仍提意见：发出检察意见时当事人已经死亡，或者案发时早过了行政处罚的时效。
-- Look-alikes named: opinion withdrawn, the death record is of another name, reported to an authority within the limit.
-- The limit is counted by calendar months from the end of the act; of several provisions the longest limit holds.
WITH limits AS (
    SELECT
        o.doc_no, o.np_no, o.to_org_name, o.sent_date, o.withdrawn_date, n.id_no, n.name, n.charge, n.act_to,
        n.discovered_date, n.report_no, n.reported_date, l.law, l.limit_months,
        ((year(n.act_to) * 12 + month(n.act_to)) + l.limit_months) * 32 + day(n.act_to) AS last_mark, -- literal: months of a year, more than the days of a month
        (year(n.discovered_date) * 12 + month(n.discovered_date)) * 32 + day(n.discovered_date) AS found_mark, -- literal: months of a year, more than the days of a month
        (year(n.reported_date) * 12 + month(n.reported_date)) * 32 + day(n.reported_date) AS reported_mark -- literal: months of a year, more than the days of a month
    FROM justice.opinion AS o
    JOIN justice.non_prosecution AS n ON n.np_no = o.np_no
    JOIN ref.charge_law AS l ON l.charge = n.charge
    WHERE l.valid_from <= n.act_to AND n.act_to <= coalesce(l.valid_to, n.act_to)
    QUALIFY row_number() OVER (PARTITION BY o.doc_no ORDER BY l.limit_months DESC, l.org_kind) = 1 -- unique: the days in force of one provision do not overlap
),
deaths AS (
    SELECT
        x.doc_no, min(d.death_date) AS death_date, min(d.name) AS death_name,
        max(CASE WHEN d.name = x.name THEN 1 END) AS is_same_name
    FROM limits AS x
    JOIN person.death AS d ON d.id_number = x.id_no AND d.death_date < x.sent_date
    GROUP BY x.doc_no
)
SELECT
    x.id_no AS subject_id,
    x.sent_date AS occurred_from,
    x.sent_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN x.withdrawn_date IS NOT NULL THEN 'WITHDRAWN'
        WHEN d.is_same_name = 1 THEN NULL
        WHEN x.found_mark <= x.last_mark THEN 'NAME_DIFFERS'
        WHEN x.report_no IS NOT NULL AND x.reported_mark <= x.last_mark THEN 'DISCOVERED_EARLIER'
    END AS exclusion_code,
    x.doc_no AS opinion_no,
    x.np_no,
    x.charge,
    x.to_org_name,
    x.sent_date,
    x.act_to,
    x.discovered_date,
    x.law,
    x.limit_months,
    x.withdrawn_date,
    x.report_no,
    x.reported_date,
    d.death_date,
    d.death_name,
    CASE WHEN x.found_mark <= x.last_mark OR d.is_same_name = 1 THEN '当事人已死亡' ELSE '案发时已过处罚时效' END AS reason
FROM limits AS x
LEFT JOIN deaths AS d ON d.doc_no = x.doc_no
WHERE d.doc_no IS NOT NULL OR x.found_mark > x.last_mark

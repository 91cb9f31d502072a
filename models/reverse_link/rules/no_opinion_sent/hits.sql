-- R1 应当处罚没有提检察意见：不起诉的罪名有对应的行政处罚，登记以后超过十个工作日没有发出意见，或者发出时已超期。
-- Look-alikes named: doubtful or conditional decisions, punished before, review closed, dead, too young, out of time,
-- detention already served, review suspended, consultation of another place. Working days come from the calendar.
WITH mapped AS (
    SELECT
        n.np_no, n.org_name, n.id_no, n.kind, n.charge, n.act_from, n.act_to, n.discovered_date, n.decision_date,
        n.registered_date, n.detained_days, l.law, l.article, l.penalty_kind, l.max_detention_days, l.limit_months
    FROM justice.non_prosecution AS n
    JOIN ref.charge_law AS l ON l.charge = n.charge
    WHERE l.valid_from <= n.act_to AND n.act_to <= coalesce(l.valid_to, n.act_to)
    QUALIFY row_number() OVER (PARTITION BY n.np_no ORDER BY l.limit_months DESC, l.org_kind) = 1 -- unique: the days in force of one provision do not overlap
),
sent AS (
    SELECT np_no, min(sent_date) AS sent_date
    FROM justice.opinion
    WHERE withdrawn_date IS NULL
    GROUP BY np_no
),
spans AS (
    SELECT m.np_no, m.registered_date, least(s.sent_date, $as_of) AS end_date, s.sent_date
    FROM mapped AS m
    LEFT JOIN sent AS s ON s.np_no = m.np_no
),
paused AS (
    SELECT np_no, '征求' AS kind, from_date, to_date
    FROM justice.review_decision
    WHERE kind = '异地征求意见'
    UNION ALL
    SELECT np_no, '中止', filed_date, closed_date
    FROM justice.appeal
),
day_marks AS (
    SELECT
        s.np_no, w.day,
        max(CASE WHEN p.kind = '中止' THEN 1 END) AS is_suspended,
        max(CASE WHEN p.kind = '征求' THEN 1 END) AS is_consulted
    FROM spans AS s
    JOIN marts.working_day AS w ON w.day > s.registered_date AND w.day <= s.end_date AND w.is_workday
    LEFT JOIN paused AS p ON p.np_no = s.np_no AND w.day BETWEEN p.from_date AND coalesce(p.to_date, w.day)
    GROUP BY s.np_no, w.day
),
counted AS (
    SELECT
        np_no, count(day) AS counted_days,
        sum(CASE WHEN is_suspended = 1 THEN 0 ELSE 1 END) AS unsuspended_days,
        sum(CASE WHEN is_suspended = 1 OR is_consulted = 1 THEN 0 ELSE 1 END) AS net_days
    FROM day_marks
    GROUP BY np_no
),
closed AS (
    SELECT np_no, min(decision_no) AS termination_no
    FROM justice.review_decision
    WHERE kind = '终结审查'
    GROUP BY np_no
),
punished AS (
    SELECT m.np_no, min(p.doc_no) AS penalty_no
    FROM mapped AS m
    JOIN spans AS s ON s.np_no = m.np_no
    JOIN admin.penalty AS p ON p.party_id = m.id_no AND p.act_from <= m.act_to AND m.act_from <= p.act_to
    WHERE p.decision_date <= s.end_date
    GROUP BY m.np_no
),
dead AS (
    SELECT id_number, min(death_date) AS death_date
    FROM person.death
    GROUP BY id_number
),
aged AS (
    SELECT
        m.np_no,
        year(m.act_from) - year(b.birth_date)
        - CASE
            WHEN month(m.act_from) < month(b.birth_date)
                OR (month(m.act_from) = month(b.birth_date) AND day(m.act_from) < day(b.birth_date))
                THEN 1
            ELSE 0
        END AS age_at_act
    FROM mapped AS m
    JOIN person.resident AS b ON b.id_number = m.id_no
)
SELECT
    m.id_no AS subject_id,
    m.registered_date AS occurred_from,
    s.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN NOT list_contains($opinion_kinds, m.kind) THEN 'NOT_THIS_KIND'
        WHEN p.penalty_no IS NOT NULL THEN 'ALREADY_PENALISED'
        WHEN z.termination_no IS NOT NULL THEN 'TERMINATED'
        WHEN d.death_date <= s.end_date THEN 'DECEASED'
        WHEN a.age_at_act < $punishable_age THEN 'UNDER_AGE'
        WHEN (year(m.discovered_date) * 12 + month(m.discovered_date)) * 32 + day(m.discovered_date) -- literal: months of a year, more than the days of a month
            > ((year(m.act_to) * 12 + month(m.act_to)) + m.limit_months) * 32 + day(m.act_to) -- literal: months of a year, more than the days of a month
            THEN 'TIME_BARRED'
        WHEN m.penalty_kind = '拘留' AND m.detained_days >= m.max_detention_days THEN 'DETENTION_OFFSET'
        WHEN c.unsuspended_days <= $review_workdays THEN 'SUSPENDED'
        WHEN c.net_days <= $review_workdays THEN 'CONSULTATION'
    END AS exclusion_code,
    m.np_no,
    m.org_name,
    m.kind,
    m.charge,
    m.decision_date,
    m.registered_date,
    m.discovered_date,
    m.law,
    m.article,
    m.limit_months,
    m.detained_days,
    m.max_detention_days,
    c.counted_days,
    c.net_days,
    s.sent_date,
    CASE WHEN s.sent_date <= $as_of THEN '检察意见发出时已经超期' ELSE '没有发出检察意见' END AS state,
    p.penalty_no,
    z.termination_no,
    d.death_date,
    a.age_at_act
FROM mapped AS m
JOIN spans AS s ON s.np_no = m.np_no
JOIN counted AS c ON c.np_no = m.np_no
LEFT JOIN closed AS z ON z.np_no = m.np_no
LEFT JOIN punished AS p ON p.np_no = m.np_no
LEFT JOIN dead AS d ON d.id_number = m.id_no
LEFT JOIN aged AS a ON a.np_no = m.np_no
WHERE c.counted_days > $review_workdays

-- U7 缓刑、管制没有报到：生效以后超过十日没有到社区矫正机构报到，或者报到时已经超期。
-- Look-alikes named: appeal pending, wrong day of force, dead, held elsewhere or here, reported elsewhere, rolled last
-- day.
WITH reports AS (
    SELECT
        sentence_no,
        min(CASE WHEN is_local THEN reported_date END) AS reported_date,
        min(CASE WHEN NOT is_local THEN reported_date END) AS elsewhere_date
    FROM justice.community_report
    GROUP BY sentence_no
),
dated AS (
    SELECT
        s.sentence_no, s.case_no, s.court, s.id_number, s.charge, s.sentence_kind, s.effective_date, r.reported_date,
        r.elsewhere_date,
        coalesce(r.reported_date, $as_of) AS end_date,
        CAST(s.effective_date + $report_days AS DATE) AS due_date
    FROM marts.sentence_execution AS s
    LEFT JOIN reports AS r ON r.sentence_no = s.sentence_no
    WHERE s.is_suspended OR list_contains($community_kinds, s.sentence_kind)
),
late AS (
    SELECT
        sentence_no, case_no, court, id_number, charge, sentence_kind, effective_date, reported_date, elsewhere_date,
        end_date, due_date
    FROM dated
    WHERE end_date > due_date
),
blocked AS (
    SELECT l.sentence_no, o.kind, o.doc_no
    FROM late AS l
    JOIN marts.sentence_obstacle AS o ON o.sentence_no = l.sentence_no
    WHERE o.kind IN ('上诉抗诉', '生效日更正', '死亡', '外地羁押', '本地羁押')
        AND o.from_date <= l.due_date
        AND l.end_date <= coalesce(CAST(o.to_date + $report_days AS DATE), l.end_date)
    QUALIFY row_number() OVER (PARTITION BY l.sentence_no ORDER BY o.kind, o.doc_no) = 1 -- unique: a sentence has one obstacle of a kind and number
)
SELECT
    l.id_number AS subject_id,
    l.effective_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '上诉抗诉' THEN 'APPEAL_PENDING'
        WHEN b.kind = '生效日更正' THEN 'EFFECTIVE_DATE_CORRECTED'
        WHEN b.kind = '死亡' THEN 'DECEASED'
        WHEN b.kind = '外地羁押' THEN 'HELD_ELSEWHERE'
        WHEN b.kind = '本地羁押' THEN 'IN_CUSTODY'
        WHEN l.elsewhere_date <= coalesce(w.next_workday, l.due_date) THEN 'REPORTED_ELSEWHERE'
        WHEN l.end_date <= w.next_workday THEN 'HOLIDAY_ROLL'
    END AS exclusion_code,
    l.sentence_no,
    l.case_no,
    l.court,
    l.charge,
    l.sentence_kind,
    l.effective_date,
    l.reported_date,
    l.elsewhere_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    CASE WHEN l.reported_date IS NULL THEN '至今没有报到' ELSE '报到时已经超期' END AS state,
    b.kind AS obstacle_kind,
    b.doc_no AS obstacle_no
FROM late AS l
LEFT JOIN blocked AS b ON b.sentence_no = l.sentence_no
LEFT JOIN marts.working_day AS w ON w.day = l.due_date

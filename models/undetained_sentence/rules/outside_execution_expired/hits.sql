-- U5 暂予监外执行期满没有收监：期限届满或者情形消失以后，超过期限没有收监，也没有续批。
-- Look-alikes named: renewed, dead, held elsewhere, intake paused, wrong id number, sentence over by then.
WITH taken AS (
    SELECT o.decision_no, min(c.entry_date) AS entry_date
    FROM justice.outside_execution AS o
    JOIN person.custody AS c ON c.id_number = o.id_number
    WHERE c.custody_kind <> '行政拘留' AND c.entry_date >= o.decided_date
    GROUP BY o.decision_no
),
ended AS (
    SELECT
        o.decision_no, o.sentence_no, o.id_number, o.reason, o.decided_date, o.valid_to, o.ended_date, o.term_end_date,
        t.entry_date,
        CASE WHEN o.ended_date < o.valid_to THEN o.ended_date ELSE o.valid_to END AS over_date
    FROM justice.outside_execution AS o
    LEFT JOIN taken AS t ON t.decision_no = o.decision_no
),
late AS (
    SELECT
        decision_no, sentence_no, id_number, reason, decided_date, valid_to, ended_date, term_end_date, entry_date,
        over_date,
        coalesce(entry_date, $as_of) AS end_date,
        CAST(over_date + $recommit_days AS DATE) AS due_date
    FROM ended
    WHERE coalesce(entry_date, $as_of) > CAST(over_date + $recommit_days AS DATE)
),
blocked AS (
    SELECT l.decision_no, o.kind, o.doc_no
    FROM late AS l
    JOIN marts.sentence_obstacle AS o ON o.sentence_no = l.sentence_no
    WHERE o.kind IN ('暂予监外执行', '死亡', '外地羁押', '暂停收押', '更正号码收押', '更正号码服刑')
        AND o.from_date <= l.due_date
        AND CASE
            WHEN o.kind = '暂予监外执行' THEN o.to_date > l.over_date
            ELSE l.end_date <= coalesce(CAST(o.to_date + $recommit_days AS DATE), l.end_date)
        END
    QUALIFY row_number() OVER (PARTITION BY l.decision_no ORDER BY o.kind, o.doc_no) = 1 -- unique: a sentence has one obstacle of a kind and number
)
SELECT
    l.id_number AS subject_id,
    l.over_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '暂予监外执行' THEN 'RENEWED'
        WHEN b.kind = '死亡' THEN 'DECEASED'
        WHEN b.kind = '外地羁押' THEN 'HELD_ELSEWHERE'
        WHEN b.kind = '暂停收押' THEN 'INTAKE_PAUSED'
        WHEN b.kind IN ('更正号码收押', '更正号码服刑') THEN 'ID_CORRECTED'
        WHEN l.term_end_date <= l.due_date THEN 'TERM_OVER'
    END AS exclusion_code,
    l.decision_no,
    l.sentence_no,
    s.case_no,
    s.charge,
    l.reason,
    l.valid_to,
    l.ended_date,
    l.over_date,
    l.term_end_date,
    l.entry_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    CASE WHEN l.ended_date < l.valid_to THEN '情形消失' ELSE '期限届满' END AS cause,
    CASE WHEN l.entry_date IS NULL THEN '至今没有收监记录' ELSE '收监时已经超期' END AS state,
    b.kind AS obstacle_kind,
    b.doc_no AS obstacle_no
FROM late AS l
JOIN marts.sentence_execution AS s ON s.sentence_no = l.sentence_no
LEFT JOIN blocked AS b ON b.decision_no = l.decision_no

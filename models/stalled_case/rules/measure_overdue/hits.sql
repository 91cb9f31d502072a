-- W2 取保候审、监视居住期满没有解除：取保候审满十二个月、监视居住满六个月没有解除，案件也没有移送。
-- Look-alikes named, each with its document: merged elsewhere, at large, sealed, same name. A document counts when it was there by the
-- last day and lasts to the end; once it is over the period runs anew.
WITH dated AS (
    SELECT
        m.measure_no, m.case_no, m.id_number, m.kind AS measure_kind, m.to_date, m.from_date AS start_date,
        o.outcome_date,
        least(m.to_date, o.outcome_date, $as_of) AS end_date,
        CASE
            WHEN m.kind = '取保候审' THEN CAST(m.from_date + INTERVAL ($bail_months) MONTH AS DATE)
            ELSE CAST(m.from_date + INTERVAL ($residence_months) MONTH AS DATE)
        END AS due_date
    FROM police.coercive_measure AS m
    LEFT JOIN police.suspect_outcome AS o ON o.case_no = m.case_no AND o.id_number = m.id_number
    WHERE m.kind IN ('取保候审', '监视居住')
),
late AS (
    SELECT measure_no, case_no, id_number, measure_kind, to_date, outcome_date, start_date, end_date, due_date
    FROM dated
    WHERE end_date > due_date
),
blocked AS (
    SELECT l.measure_no, n.kind, n.note_no
    FROM late AS l
    JOIN police.case_note AS n ON n.case_no = l.case_no
    WHERE (n.id_number IS NULL OR n.id_number = l.id_number)
        AND n.kind IN ('并入外地案件', '在逃', '未成年人记录封存', '同名误录')
        AND n.from_date <= l.due_date
        AND l.end_date <= coalesce(CAST(n.to_date + $resume_days AS DATE), l.end_date)
    QUALIFY row_number() OVER (PARTITION BY l.measure_no ORDER BY n.kind, n.note_no) = 1 -- unique: note_no is the key of case_note
)
SELECT
    l.id_number AS subject_id,
    l.start_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '并入外地案件' THEN 'MERGED_ELSEWHERE'
        WHEN b.kind = '在逃' THEN 'AT_LARGE'
        WHEN b.kind = '未成年人记录封存' THEN 'SEALED'
        WHEN b.kind = '同名误录' THEN 'SAME_NAME'
    END AS exclusion_code,
    l.measure_no,
    l.case_no,
    l.measure_kind,
    l.to_date,
    l.outcome_date,
    l.start_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    b.kind AS note_kind,
    b.note_no
FROM late AS l
LEFT JOIN blocked AS b ON b.measure_no = l.measure_no

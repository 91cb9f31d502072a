-- W4 拘留超过三十七日：拘留超过三十七日没有释放、变更或者逮捕。
-- Look-alikes named, each with its document: psychiatric wait, at large, same name. A document counts when it was there by the
-- last day and lasts to the end; once it is over the period runs anew.
WITH arrests AS (
    SELECT case_no, id_number, min(from_date) AS arrest_date
    FROM police.coercive_measure
    WHERE kind = '逮捕'
    GROUP BY case_no, id_number
),
dated AS (
    SELECT
        m.measure_no, m.case_no, m.id_number, m.to_date, m.from_date AS start_date, a.arrest_date,
        least(m.to_date, a.arrest_date, $as_of) AS end_date,
        CAST(m.from_date + $detention_days AS DATE) AS due_date
    FROM police.coercive_measure AS m
    LEFT JOIN arrests AS a ON a.case_no = m.case_no AND a.id_number = m.id_number
    WHERE m.kind = '拘留'
),
late AS (
    SELECT measure_no, case_no, id_number, to_date, arrest_date, start_date, end_date, due_date
    FROM dated
    WHERE end_date > due_date
),
blocked AS (
    SELECT l.measure_no, n.kind, n.note_no
    FROM late AS l
    JOIN police.case_note AS n ON n.case_no = l.case_no
    WHERE (n.id_number IS NULL OR n.id_number = l.id_number)
        AND n.kind IN ('精神病鉴定', '在逃', '同名误录')
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
        WHEN b.kind = '精神病鉴定' THEN 'PSYCHIATRIC_WAIT'
        WHEN b.kind = '在逃' THEN 'AT_LARGE'
        WHEN b.kind = '同名误录' THEN 'SAME_NAME'
    END AS exclusion_code,
    l.measure_no,
    l.case_no,
    l.to_date,
    l.arrest_date,
    l.start_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    b.kind AS note_kind,
    b.note_no
FROM late AS l
LEFT JOIN blocked AS b ON b.measure_no = l.measure_no

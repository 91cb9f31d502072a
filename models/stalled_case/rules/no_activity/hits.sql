-- W6 案件长期没有侦查活动：没有侦结的案件，一百八十日没有侦查活动。
-- Look-alikes named, each with its document: merged elsewhere, split case, expert wait, at large, settled. A document counts when it was there by the
-- last day and lasts to the end; once it is over the period runs anew.
WITH active AS (
    SELECT case_no, max(activity_date) AS active_date
    FROM police.case_activity
    GROUP BY case_no
),
dated AS (
    SELECT
        c.case_no, c.org_name, c.charge, c.filed_date,
        coalesce(a.active_date, c.filed_date) AS start_date,
        $as_of AS end_date,
        CAST(coalesce(a.active_date, c.filed_date) + $idle_days AS DATE) AS due_date
    FROM police.criminal_case AS c
    LEFT JOIN active AS a ON a.case_no = c.case_no
    WHERE c.closed_date IS NULL
),
late AS (
    SELECT case_no, org_name, charge, filed_date, start_date, end_date, due_date
    FROM dated
    WHERE end_date > due_date
),
blocked AS (
    SELECT l.case_no, n.kind, n.note_no
    FROM late AS l
    JOIN police.case_note AS n ON n.case_no = l.case_no
    WHERE n.id_number IS NULL
        AND n.kind IN ('并入外地案件', '另案侦查中', '等待鉴定', '在逃', '刑事和解')
        AND n.from_date <= l.due_date
        AND l.end_date <= coalesce(CAST(n.to_date + $idle_days AS DATE), l.end_date)
    QUALIFY row_number() OVER (PARTITION BY l.case_no ORDER BY n.kind, n.note_no) = 1 -- unique: note_no is the key of case_note
)
SELECT
    l.case_no AS subject_id,
    l.start_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '并入外地案件' THEN 'MERGED_ELSEWHERE'
        WHEN b.kind = '另案侦查中' THEN 'SPLIT_CASE'
        WHEN b.kind = '等待鉴定' THEN 'EXPERT_WAIT'
        WHEN b.kind = '在逃' THEN 'AT_LARGE'
        WHEN b.kind = '刑事和解' THEN 'SETTLED'
    END AS exclusion_code,
    l.case_no,
    l.org_name,
    l.charge,
    l.filed_date,
    l.start_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    b.kind AS note_kind,
    b.note_no
FROM late AS l
LEFT JOIN blocked AS b ON b.case_no = l.case_no

-- W1 立案监督以后三个月没有侦结：按通知立案书立案的案件，三个月没有侦结。
-- Look-alikes named, each with its document: merged elsewhere, expert wait, at large. A document counts when it was there by the
-- last day and lasts to the end; once it is over the period runs anew.
WITH dated AS (
    SELECT
        g.notice_no, c.case_no, c.org_name, c.charge, c.closed_date, c.filed_date AS start_date,
        coalesce(c.closed_date, $as_of) AS end_date,
        CAST(c.filed_date + INTERVAL ($notice_months) MONTH AS DATE) AS due_date
    FROM justice.filing_notice AS g
    JOIN police.criminal_case AS c ON c.case_no = g.case_no
    WHERE g.kind = '通知立案书' AND c.filed_date >= g.signed_date
),
late AS (
    SELECT notice_no, case_no, org_name, charge, closed_date, start_date, end_date, due_date
    FROM dated
    WHERE end_date > due_date
),
blocked AS (
    SELECT l.notice_no, n.kind, n.note_no
    FROM late AS l
    JOIN police.case_note AS n ON n.case_no = l.case_no
    WHERE n.id_number IS NULL
        AND n.kind IN ('并入外地案件', '等待鉴定', '在逃')
        AND n.from_date <= l.due_date
        AND l.end_date <= coalesce(CAST(n.to_date + INTERVAL ($notice_months) MONTH AS DATE), l.end_date)
    QUALIFY row_number() OVER (PARTITION BY l.notice_no ORDER BY n.kind, n.note_no) = 1 -- unique: note_no is the key of case_note
)
SELECT
    l.case_no AS subject_id,
    l.start_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '并入外地案件' THEN 'MERGED_ELSEWHERE'
        WHEN b.kind = '等待鉴定' THEN 'EXPERT_WAIT'
        WHEN b.kind = '在逃' THEN 'AT_LARGE'
    END AS exclusion_code,
    l.notice_no,
    l.case_no,
    l.org_name,
    l.charge,
    l.closed_date,
    l.start_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    b.kind AS note_kind,
    b.note_no
FROM late AS l
LEFT JOIN blocked AS b ON b.notice_no = l.notice_no

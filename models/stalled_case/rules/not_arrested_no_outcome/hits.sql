-- W5 不批准逮捕以后没有处理：不批准逮捕以后，十二个月没有移送起诉、撤案或者终止侦查。
-- Look-alikes named, each with its document: merged elsewhere, split case, expert wait, at large, settled, sealed. A document counts when it was there by the
-- last day and lasts to the end; once it is over the period runs anew.
WITH dated AS (
    SELECT
        r.decision_no, r.case_no, r.id_number, r.decided_date AS start_date, o.outcome_date,
        coalesce(o.outcome_date, $as_of) AS end_date,
        CAST(r.decided_date + INTERVAL ($bail_months) MONTH AS DATE) AS due_date
    FROM justice.arrest_review AS r
    LEFT JOIN police.suspect_outcome AS o ON o.case_no = r.case_no AND o.id_number = r.id_number
    WHERE r.decision = '不批准逮捕'
),
late AS (
    SELECT decision_no, case_no, id_number, outcome_date, start_date, end_date, due_date
    FROM dated
    WHERE end_date > due_date
),
blocked AS (
    SELECT l.decision_no, n.kind, n.note_no
    FROM late AS l
    JOIN police.case_note AS n ON n.case_no = l.case_no
    WHERE (n.id_number IS NULL OR n.id_number = l.id_number)
        AND n.kind IN ('并入外地案件', '另案侦查中', '等待鉴定', '在逃', '刑事和解', '未成年人记录封存')
        AND n.from_date <= l.due_date
        AND l.end_date <= coalesce(CAST(n.to_date + INTERVAL ($notice_months) MONTH AS DATE), l.end_date)
    QUALIFY row_number() OVER (PARTITION BY l.decision_no ORDER BY n.kind, n.note_no) = 1 -- unique: note_no is the key of case_note
)
SELECT
    l.id_number AS subject_id,
    l.start_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '并入外地案件' THEN 'MERGED_ELSEWHERE'
        WHEN b.kind = '另案侦查中' THEN 'SPLIT_CASE'
        WHEN b.kind = '等待鉴定' THEN 'EXPERT_WAIT'
        WHEN b.kind = '在逃' THEN 'AT_LARGE'
        WHEN b.kind = '刑事和解' THEN 'SETTLED'
        WHEN b.kind = '未成年人记录封存' THEN 'SEALED'
    END AS exclusion_code,
    l.decision_no,
    l.case_no,
    l.outcome_date,
    l.start_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    b.kind AS note_kind,
    b.note_no
FROM late AS l
LEFT JOIN blocked AS b ON b.decision_no = l.decision_no

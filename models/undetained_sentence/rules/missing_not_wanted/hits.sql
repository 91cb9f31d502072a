-- U6 下落不明没有网上追逃：收押时找不到人，期限内没有上网追逃，也没有找到。
-- Look-alikes named: appeal pending, changed to probation, dead, held elsewhere, listed under the corrected id number.
WITH listed AS (
    SELECT r.record_no, min(w.listed_date) AS listed_date
    FROM police.search_record AS r
    JOIN marts.sentence_execution AS s ON s.sentence_no = r.sentence_no
    JOIN police.wanted_notice AS w ON w.id_number = s.id_number
    WHERE w.withdrawn_date IS NULL OR w.withdrawn_date >= r.missing_date
    GROUP BY r.record_no
),
dated AS (
    SELECT
        r.record_no, r.sentence_no, r.police_org, r.missing_date, r.located_date, s.case_no, s.court, s.id_number,
        s.charge, s.sentence_kind, s.entry_date, w.listed_date,
        least(w.listed_date, r.located_date, s.entry_date, $as_of) AS end_date,
        CAST(r.missing_date + $list_days AS DATE) AS due_date
    FROM police.search_record AS r
    JOIN marts.sentence_execution AS s ON s.sentence_no = r.sentence_no
    LEFT JOIN listed AS w ON w.record_no = r.record_no
    WHERE NOT s.is_detained AND NOT s.is_suspended AND list_contains($real_kinds, s.sentence_kind)
),
late AS (
    SELECT
        record_no, sentence_no, police_org, missing_date, located_date, case_no, court, id_number, charge,
        sentence_kind, entry_date, listed_date, end_date, due_date
    FROM dated
    WHERE end_date > due_date
),
blocked AS (
    SELECT l.record_no, o.kind, o.doc_no
    FROM late AS l
    JOIN marts.sentence_obstacle AS o ON o.sentence_no = l.sentence_no
    WHERE o.kind IN ('上诉抗诉', '改判缓刑', '死亡', '外地羁押', '更正号码追逃')
        AND o.from_date <= l.due_date
        AND l.end_date <= coalesce(CAST(o.to_date + $list_days AS DATE), l.end_date)
    QUALIFY row_number() OVER (PARTITION BY l.record_no ORDER BY o.kind, o.doc_no) = 1 -- unique: a sentence has one obstacle of a kind and number
)
SELECT
    l.id_number AS subject_id,
    l.missing_date AS occurred_from,
    l.end_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN b.kind = '上诉抗诉' THEN 'APPEAL_PENDING'
        WHEN b.kind = '改判缓刑' THEN 'CHANGED_TO_PROBATION'
        WHEN b.kind = '死亡' THEN 'DECEASED'
        WHEN b.kind = '外地羁押' THEN 'HELD_ELSEWHERE'
        WHEN b.kind = '更正号码追逃' THEN 'ID_CORRECTED'
    END AS exclusion_code,
    l.record_no,
    l.sentence_no,
    l.case_no,
    l.court,
    l.charge,
    l.sentence_kind,
    l.police_org,
    l.missing_date,
    l.located_date,
    l.listed_date,
    l.entry_date,
    l.due_date,
    datediff('day', l.due_date, l.end_date) AS days_over,
    CASE
        WHEN l.listed_date = l.end_date THEN '上网时已经超期'
        WHEN l.located_date = l.end_date THEN '没有上网，找到时已经超期'
        WHEN l.entry_date = l.end_date THEN '没有上网，收押时已经超期'
        ELSE '至今没有上网'
    END AS state,
    b.kind AS obstacle_kind,
    b.doc_no AS obstacle_no
FROM late AS l
LEFT JOIN blocked AS b ON b.record_no = l.record_no

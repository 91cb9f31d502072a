-- name: briber_record
-- title: 行贿人处理情况
-- grain: one row per payer named in bribery judgments
-- inputs: marts.briber_total, marts.briber_payment, justice.case_person, discipline.result, person.death
-- materialise: delta
-- Cases of bribe giving whose acts overlap the bribes, results of the supervision commission on one of the judgments or
-- on none in particular, death, and the first later crime. A case that was dropped does not count as handled.
WITH cases AS (
    SELECT
        t.subject_id,
        min(CASE WHEN c.outcome IN ('已立案', '已起诉', '已判决') THEN c.case_no END) AS charged_no,
        min(CASE WHEN c.outcome = '不起诉' THEN c.case_no END) AS spared_no,
        min(CASE WHEN c.outcome = '另案处理' THEN c.case_no END) AS separate_no,
        min(CASE WHEN c.outcome = '在逃' THEN c.case_no END) AS fled_no
    FROM marts.briber_total AS t
    JOIN justice.case_person AS c
        ON c.party_id = t.subject_id AND c.act_from <= t.last_date AND c.act_to >= t.first_date
    WHERE contains(c.charge, '行贿')
    GROUP BY t.subject_id
),
later AS (
    SELECT t.subject_id, min(c.act_from) AS new_crime_date
    FROM marts.briber_total AS t
    JOIN justice.case_person AS c ON c.party_id = t.subject_id AND c.act_from > t.last_date
    WHERE c.outcome <> '撤销案件'
    GROUP BY t.subject_id
),
commission AS (
    SELECT d.party_id AS subject_id, min(d.result_no) AS discipline_no
    FROM discipline.result AS d
    JOIN marts.briber_payment AS p ON p.subject_id = d.party_id
    WHERE d.judgment_no IS NULL OR d.judgment_no = p.judgment_no
    GROUP BY d.party_id
),
deaths AS (
    SELECT id_number AS subject_id, min(death_date) AS death_date
    FROM person.death
    GROUP BY id_number
)
SELECT
    t.subject_id,
    c.charged_no,
    c.spared_no,
    c.separate_no,
    c.fled_no,
    d.discipline_no,
    e.death_date,
    l.new_crime_date,
    CASE
        WHEN c.charged_no IS NOT NULL THEN '已立案起诉'
        WHEN c.spared_no IS NOT NULL THEN '已不起诉'
        WHEN c.separate_no IS NOT NULL THEN '另案处理'
        WHEN d.discipline_no IS NOT NULL THEN '监察机关已受理'
        WHEN e.death_date IS NOT NULL THEN '已死亡'
    END AS handled_kind,
    coalesce(c.charged_no, c.spared_no, c.separate_no, d.discipline_no) AS handled_no
FROM marts.briber_total AS t
LEFT JOIN cases AS c ON c.subject_id = t.subject_id
LEFT JOIN later AS l ON l.subject_id = t.subject_id
LEFT JOIN commission AS d ON d.subject_id = t.subject_id
LEFT JOIN deaths AS e ON e.subject_id = t.subject_id

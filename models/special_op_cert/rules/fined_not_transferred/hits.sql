-- C9 以罚代刑：以假证、伪造等案由罚了个人，期限过后仍没有移送书，也没有公安立案。
-- 文书按处罚文号对；没有写文号的公安文书按人对，只认处罚前后一段日子里的。
-- 已检验的合理解释：处罚已撤销、公安另行立案、治安处罚、不予立案、迟延移送（降级）、受培训机构欺骗（标注）。
WITH penalty AS (
    SELECT
        p.doc_no, p.org_name, p.party_name, d.person_id, p.cause, p.cert_no, p.fine_yuan,
        p.decide_date, p.status, p.status_date
    FROM cert.admin_penalty AS p
    JOIN marts.cert_id_document AS d ON d.id_no = p.party_id
    WHERE p.party_kind = '个人' AND regexp_matches(p.cause, $forged_cause_pattern)
        AND datediff('day', p.decide_date, $as_of) > $transfer_days
),
paper AS (
    SELECT t.doc_no, d.person_id, t.kind, t.paper_no, t.event_date
    FROM cert.case_transfer AS t
    JOIN marts.cert_id_document AS d ON d.id_no = t.person_id_no
),
linked AS (
    SELECT
        p.doc_no, t.kind, t.paper_no, t.event_date,
        t.event_date <= p.decide_date + $transfer_days AS is_in_time,
        TRUE AS is_own
    FROM penalty AS p
    JOIN paper AS t ON t.doc_no = p.doc_no
    UNION ALL
    SELECT p.doc_no, t.kind, t.paper_no, t.event_date, FALSE, FALSE
    FROM penalty AS p
    JOIN paper AS t ON t.person_id = p.person_id
    WHERE t.doc_no IS NULL AND abs(datediff('day', p.decide_date, t.event_date)) <= $related_case_days
),
coded AS (
    SELECT
        doc_no, paper_no, event_date,
        CASE
            WHEN kind = '公安立案' AND NOT is_own THEN 'POLICE_FILED'
            WHEN kind = '治安处罚' THEN 'POLICE_PUNISHED'
            WHEN kind = '不予立案' THEN 'POLICE_DECLINED'
            WHEN NOT is_own THEN NULL
            WHEN is_in_time THEN 'IN_TIME'
            ELSE 'LATE_TRANSFER'
        END AS code
    FROM linked
),
answer AS (
    SELECT doc_no, paper_no, event_date, code
    FROM coded
    WHERE code IS NOT NULL
    QUALIFY row_number() OVER (  -- unique: 文书号和日期都同的两份内容无别
        PARTITION BY doc_no
        ORDER BY
            CASE code WHEN 'IN_TIME' THEN 0 WHEN 'LATE_TRANSFER' THEN 2 ELSE 1 END,  -- literal: 先后次序
            event_date, paper_no
    ) = 1
),
schooled AS (
    SELECT DISTINCT p.doc_no
    FROM penalty AS p
    JOIN marts.cert_id_document AS d ON d.person_id = p.person_id
    JOIN cert.training_enrolment AS t ON t.id_no = d.id_no
    WHERE datediff('day', t.paid_date, p.decide_date) BETWEEN 0 AND $school_penalty_days
),
excused AS (
    SELECT
        p.doc_no,
        CASE
            WHEN p.status = '已撤销' THEN 'PENALTY_REVOKED'
            WHEN a.code IS NOT NULL THEN a.code
            WHEN s.doc_no IS NOT NULL THEN 'VICTIM_OF_SCHOOL'
        END AS exclusion_code
    FROM penalty AS p
    LEFT JOIN answer AS a ON a.doc_no = p.doc_no
    LEFT JOIN schooled AS s ON s.doc_no = p.doc_no
)
SELECT
    p.person_id AS subject_id,
    p.decide_date AS occurred_from,
    p.decide_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    e.exclusion_code,
    p.doc_no,
    p.org_name,
    p.party_name,
    p.cause,
    p.cert_no,
    p.fine_yuan,
    p.decide_date,
    p.status_date,
    datediff('day', p.decide_date, $as_of) AS days_since,
    a.paper_no,
    a.event_date AS paper_date
FROM penalty AS p
JOIN excused AS e ON e.doc_no = p.doc_no
LEFT JOIN answer AS a ON a.doc_no = p.doc_no
WHERE e.exclusion_code IS NULL OR e.exclusion_code <> 'IN_TIME'

-- Finds records (__note__) whose text speaks of a matter, by subjects that the register (__register__) lacks that day.
-- Text first, then join: blanks are taken out and Latin letters lowered before words are looked for.
-- Look-alikes: texts with a word that says it is something else; a document (__excuse__) of an earlier or the same day.
WITH notes AS (
    SELECT
        __note_key__ AS note_no,
        __note_subject__ AS subject_id,
        CAST(__note_day__ AS DATE) AS note_day,
        __note_text__ AS note_text,
        lower(replace(replace(__note_text__, ' ', ''), '　', '')) AS plain_text
    FROM __note__
    WHERE __note_subject__ IS NOT NULL AND __note_day__ IS NOT NULL
),
meant AS (
    SELECT DISTINCT note_no, subject_id, note_day, note_text
    FROM notes
    WHERE regexp_matches(plain_text, $__rule_id___words) AND NOT regexp_matches(plain_text, $__rule_id___not_words)
),
registered AS (
    SELECT DISTINCT m.note_no, m.subject_id, m.note_day
    FROM meant AS m
    JOIN __register__ AS r ON r.__register_subject__ = m.subject_id
    WHERE m.note_day BETWEEN CAST(r.__register_start__ AS DATE) AND coalesce(CAST(r.__register_end__ AS DATE), m.note_day)
),
explained AS (
    SELECT m.note_no, m.subject_id, m.note_day, max(CAST(x.__excuse_day__ AS DATE)) AS explained_on
    FROM meant AS m
    JOIN __excuse__ AS x ON x.__excuse_subject__ = m.subject_id
    WHERE CAST(x.__excuse_day__ AS DATE) <= m.note_day
    GROUP BY m.note_no, m.subject_id, m.note_day
)
SELECT
    m.subject_id,
    m.note_day AS occurred_from,
    m.note_day AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE WHEN x.explained_on IS NOT NULL THEN 'EXPLAINED' END AS exclusion_code,
    m.note_no,
    m.note_text,
    x.explained_on
FROM meant AS m
LEFT JOIN registered AS r ON r.note_no = m.note_no AND r.subject_id = m.subject_id AND r.note_day = m.note_day
LEFT JOIN explained AS x ON x.note_no = m.note_no AND x.subject_id = m.subject_id AND x.note_day = m.note_day
WHERE r.note_no IS NULL

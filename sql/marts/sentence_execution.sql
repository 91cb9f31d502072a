-- name: sentence_execution
-- title: 判决交付执行
-- grain: one row per sentenced person of a judgment
-- inputs: justice.sentence, justice.exec_notice, person.custody
-- materialise: delta
-- sent_date and received_date are the first notice's. entry_date is the first day in custody that counts for the
-- sentence: a stay, other than an administrative one, that begins or still lasts once the judgment is in force.
-- prison_date is the first such stay in prison.
WITH notices AS (
    SELECT sentence_no, min(sent_date) AS sent_date, min(received_date) AS received_date
    FROM justice.exec_notice
    GROUP BY sentence_no
),
stays AS (
    SELECT
        s.sentence_no,
        min(c.entry_date) AS entry_date,
        min(CASE WHEN c.custody_kind = '服刑' THEN c.entry_date END) AS prison_date
    FROM justice.sentence AS s
    JOIN person.custody AS c ON c.id_number = s.id_number
    WHERE c.custody_kind <> '行政拘留' AND (c.exit_date IS NULL OR c.exit_date >= s.effective_date)
    GROUP BY s.sentence_no
)
SELECT
    s.sentence_no,
    s.case_no,
    s.court,
    s.id_number,
    s.charge,
    s.sentence_kind,
    s.is_suspended,
    s.is_detained,
    s.remaining_days,
    s.effective_date,
    n.sent_date,
    n.received_date,
    c.entry_date,
    c.prison_date
FROM justice.sentence AS s
LEFT JOIN notices AS n ON n.sentence_no = s.sentence_no
LEFT JOIN stays AS c ON c.sentence_no = s.sentence_no

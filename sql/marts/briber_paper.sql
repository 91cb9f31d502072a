-- name: briber_paper
-- title: 行贿人涉及的材料
-- grain: one row per person and delivered row that tells of a payment, of how the person was dealt with, or who it is
-- inputs: marts.briber_payment, justice.briber_mention, justice.bribery_judgment, justice.case_person, discipline.result, person.death, person.resident
-- materialise: view
-- The evidence that every rule on a giver shows; rules join it by giver.
SELECT p.subject_id, 'justice.briber_mention' AS dataset, m._file, m._row, 'mention' AS role
FROM marts.briber_payment AS p
JOIN justice.briber_mention AS m ON m.mention_no = p.mention_no
UNION
SELECT p.subject_id, 'justice.bribery_judgment', j._file, j._row, 'judgment'
FROM marts.briber_payment AS p
JOIN justice.bribery_judgment AS j ON j.judgment_no = p.judgment_no
UNION
SELECT c.party_id, 'justice.case_person', c._file, c._row, 'case'
FROM justice.case_person AS c
UNION
SELECT d.party_id, 'discipline.result', d._file, d._row, 'result'
FROM discipline.result AS d
UNION
SELECT d.id_number, 'person.death', d._file, d._row, 'death'
FROM person.death AS d
UNION
SELECT r.id_number, 'person.resident', r._file, r._row, 'resident'
FROM person.resident AS r

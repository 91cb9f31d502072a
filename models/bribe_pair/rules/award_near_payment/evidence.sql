SELECT h.hit_id, 'justice.briber_mention' AS dataset, m._file, m._row, 'mention' AS role
FROM {{hits}} AS h
JOIN justice.briber_mention AS m ON m.mention_no = h.mention_no
UNION ALL
SELECT h.hit_id, 'justice.bribery_judgment', j._file, j._row, 'judgment'
FROM {{hits}} AS h
JOIN justice.briber_mention AS m ON m.mention_no = h.mention_no
JOIN justice.bribery_judgment AS j ON j.judgment_no = m.judgment_no
UNION ALL
SELECT h.hit_id, 'entity.public_award', a._file, a._row, 'award'
FROM {{hits}} AS h
JOIN entity.public_award AS a ON a.award_no = h.award_no
UNION ALL
SELECT h.hit_id, 'justice.case_person', c._file, c._row, 'case'
FROM {{hits}} AS h
JOIN justice.case_person AS c ON c.party_id = h.payer_id
UNION ALL
SELECT h.hit_id, 'discipline.result', d._file, d._row, 'result'
FROM {{hits}} AS h
JOIN discipline.result AS d ON d.party_id = h.payer_id

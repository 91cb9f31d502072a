SELECT h.hit_id, '__note__' AS dataset, n._file, n._row, 'note' AS role
FROM {{hits}} AS h
JOIN __note__ AS n ON n.__note_key__ = h.note_no AND n.__note_subject__ = h.subject_id
    AND CAST(n.__note_day__ AS DATE) = h.occurred_from AND n.__note_text__ = h.note_text
UNION ALL
SELECT h.hit_id, '__excuse__' AS dataset, x._file, x._row, 'excuse' AS role
FROM {{hits}} AS h
JOIN __excuse__ AS x ON x.__excuse_subject__ = h.subject_id AND CAST(x.__excuse_day__ AS DATE) = h.explained_on

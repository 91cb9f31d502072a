SELECT h.hit_id, '__event__' AS dataset, e._file, e._row, 'event' AS role
FROM {{hits}} AS h
JOIN __event__ AS e ON e.__event_key__ = h.event_no AND e.__event_subject__ = h.subject_id
UNION ALL
SELECT h.hit_id, '__excuse__' AS dataset, x._file, x._row, 'excuse' AS role
FROM {{hits}} AS h
JOIN __excuse__ AS x ON x.__excuse_subject__ = h.subject_id AND CAST(x.__excuse_day__ AS DATE) = h.excused_on

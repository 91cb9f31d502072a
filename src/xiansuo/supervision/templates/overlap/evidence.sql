SELECT h.hit_id, '__stay__' AS dataset, s._file, s._row, 'stay' AS role
FROM {{hits}} AS h
JOIN __stay__ AS s ON s.__stay_subject__ = h.subject_id
    AND h.occurred_from BETWEEN CAST(s.__stay_start__ AS DATE) AND coalesce(CAST(s.__stay_end__ AS DATE), h.stay_to)
UNION ALL
SELECT h.hit_id, '__event__' AS dataset, e._file, e._row, 'event' AS role
FROM {{hits}} AS h
JOIN __event__ AS e ON e.__event_key__ = h.event_no AND e.__event_subject__ = h.subject_id
    AND CAST(e.__event_day__ AS DATE) = h.occurred_from
UNION ALL
SELECT h.hit_id, '__excuse__' AS dataset, x._file, x._row, 'excuse' AS role
FROM {{hits}} AS h
JOIN __excuse__ AS x ON x.__excuse_subject__ = h.subject_id
    AND h.occurred_from BETWEEN CAST(x.__excuse_start__ AS DATE) AND CAST(x.__excuse_end__ AS DATE)

SELECT h.hit_id, '__stated__' AS dataset, s._file, s._row, 'stated' AS role
FROM {{hits}} AS h
JOIN __stated__ AS s ON s.__stated_subject__ = h.subject_id
    AND CAST(date_trunc('month', s.__stated_day__) AS DATE) = h.month_start
UNION ALL
SELECT h.hit_id, '__observed__' AS dataset, o._file, o._row, 'observed' AS role
FROM {{hits}} AS h
JOIN __observed__ AS o ON o.__observed_subject__ = h.subject_id
    AND CAST(date_trunc('month', o.__observed_day__) AS DATE) = h.month_start
UNION ALL
SELECT h.hit_id, '__excuse__' AS dataset, x._file, x._row, 'excuse' AS role
FROM {{hits}} AS h
JOIN __excuse__ AS x ON x.__excuse_subject__ = h.subject_id
    AND h.month_start BETWEEN CAST(x.__excuse_start__ AS DATE) AND coalesce(CAST(x.__excuse_end__ AS DATE), h.month_start)

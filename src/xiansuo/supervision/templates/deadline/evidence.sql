SELECT h.hit_id, '__duty__' AS dataset, d._file, d._row, 'duty' AS role
FROM {{hits}} AS h
JOIN __duty__ AS d ON d.__duty_key__ = h.duty_no AND d.__duty_subject__ = h.subject_id
    AND CAST(d.__duty_due__ AS DATE) = h.due_on
UNION ALL
SELECT h.hit_id, '__excuse__' AS dataset, x._file, x._row, 'excuse' AS role
FROM {{hits}} AS h
JOIN __excuse__ AS x ON x.__excuse_subject__ = h.subject_id
    AND h.due_on BETWEEN CAST(x.__excuse_start__ AS DATE) AND coalesce(CAST(x.__excuse_end__ AS DATE), h.occurred_to)

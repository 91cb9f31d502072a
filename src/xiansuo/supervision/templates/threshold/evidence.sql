SELECT h.hit_id, '__payment__' AS dataset, p._file, p._row, 'payment' AS role
FROM {{hits}} AS h
JOIN __payment__ AS p ON p.__payment_subject__ = h.subject_id
    AND CAST(p.__payment_day__ AS DATE) BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, '__excuse__' AS dataset, x._file, x._row, 'excuse' AS role
FROM {{hits}} AS h
JOIN __excuse__ AS x ON x.__excuse_subject__ = h.subject_id AND CAST(x.__excuse_day__ AS DATE) = h.registered_on

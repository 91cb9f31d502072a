SELECT h.hit_id, '__link__' AS dataset, l._file, l._row, 'link' AS role
FROM {{hits}} AS h
JOIN graphs.__rule_id___links AS g ON g.component = h.component
JOIN __link__ AS l ON l.__link_subject__ = g.node
UNION ALL
SELECT h.hit_id, '__deal__' AS dataset, d._file, d._row, 'deal' AS role
FROM {{hits}} AS h
JOIN __deal__ AS d ON d.__deal_subject__ = h.subject_id
JOIN graphs.__rule_id___links AS g ON g.component = h.component AND g.node = d.__deal_partner__
WHERE d.__deal_partner__ <> h.subject_id AND CAST(d.__deal_day__ AS DATE) BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, '__excuse__' AS dataset, x._file, x._row, 'excuse' AS role
FROM {{hits}} AS h
JOIN __excuse__ AS x ON x.__excuse_subject__ = h.subject_id
    AND h.occurred_from BETWEEN CAST(x.__excuse_start__ AS DATE) AND coalesce(CAST(x.__excuse_end__ AS DATE), h.occurred_from)

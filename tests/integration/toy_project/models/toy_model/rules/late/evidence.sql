SELECT h.hit_id, 'toy.reading' AS dataset, r._file, r._row, 'reading' AS role
FROM {{hits}} AS h
JOIN toy.reading AS r ON r.station_id = h.subject_id AND r.read_date BETWEEN h.occurred_from AND h.occurred_to

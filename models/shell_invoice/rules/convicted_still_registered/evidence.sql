-- 证据：生效裁判、企业登记、备案。
SELECT h.hit_id, 'justice.shell_judgment' AS dataset, j._file, j._row, 'judgment' AS role
FROM {{hits}} AS h
JOIN justice.shell_judgment AS j ON j.uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'entity.company' AS dataset, c._file, c._row, 'registration' AS role
FROM {{hits}} AS h
JOIN entity.company AS c ON c.uscc = h.subject_id
UNION ALL
SELECT h.hit_id, 'entity.filing' AS dataset, f._file, f._row, 'filing' AS role
FROM {{hits}} AS h
JOIN entity.filing AS f ON f.uscc = h.subject_id AND f.kind IN ('清算组', '吊销听证', '冒名撤销')

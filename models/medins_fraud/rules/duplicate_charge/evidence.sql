-- The main and sub lines of the visit on the days of the hit (reversals included), the settlements, the rule row and
-- the operations of the visit.
WITH lines AS (
    SELECT
        h.hit_id,
        h.rule_no,
        f.med_list_codg,
        f._file,
        f._row
    FROM {{hits}} AS h
    INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = h.mdtrt_id
)
SELECT l.hit_id, 'medins.fee_list_d' AS dataset, l._file, l._row, 'main_line' AS role
FROM lines AS l
INNER JOIN medins.rule_exclusive_pair AS r ON r.rule_no = l.rule_no AND starts_with(l.med_list_codg, r.main_code)
UNION ALL
SELECT l.hit_id, 'medins.fee_list_d' AS dataset, l._file, l._row, 'sub_line' AS role
FROM lines AS l
INNER JOIN medins.rule_exclusive_pair AS r ON r.rule_no = l.rule_no AND starts_with(l.med_list_codg, r.sub_code)
UNION ALL
SELECT h.hit_id, 'medins.rule_exclusive_pair' AS dataset, r._file, r._row, 'rule' AS role
FROM {{hits}} AS h
INNER JOIN medins.rule_exclusive_pair AS r ON r.rule_no = h.rule_no
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_list_oprn_d' AS dataset, o._file, o._row, 'operation' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_list_oprn_d AS o ON o.mdtrt_id = h.mdtrt_id

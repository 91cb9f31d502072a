-- The limited lines (reversals included), the settlement with sex and birth date, the visit, and the rule row.
WITH rules AS (
    SELECT rule_no, item_code, 'medins.rule_sex' AS dataset, _file, _row FROM medins.rule_sex
    UNION ALL
    SELECT rule_no, item_code, 'medins.rule_age' AS dataset, _file, _row FROM medins.rule_age
),
cited AS (
    SELECT h.hit_id, h.mdtrt_id, r.item_code, r.dataset, r._file, r._row
    FROM {{hits}} AS h
    INNER JOIN rules AS r
        ON r.rule_no = h.rule_no
        AND r.dataset = CASE WHEN h.limit_kind = '性别' THEN 'medins.rule_sex' ELSE 'medins.rule_age' END
)
SELECT c.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM cited AS c
INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = c.mdtrt_id AND starts_with(f.med_list_codg, c.item_code)
UNION ALL
SELECT hit_id, dataset, _file, _row, 'rule' AS role
FROM cited
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id

-- The lines of the operation group or of the parts on that day (reversals included), settlements, visit, operations, the
-- rules and the prices they are measured by.
WITH items AS (
    SELECT group_no AS rule_no, item_code, _file, _row, 'medins.rule_main_secondary' AS dataset
    FROM medins.rule_main_secondary
    UNION ALL
    SELECT set_no, part_code, _file, _row, 'medins.rule_item_set'
    FROM medins.rule_item_set
),
lines AS (
    SELECT DISTINCT h.hit_id, h.rule_no, f.med_list_codg, f._file, f._row
    FROM {{hits}} AS h
    INNER JOIN items AS r ON r.rule_no = h.rule_no
    INNER JOIN medins.fee_list_d AS f
        ON f.mdtrt_id = h.mdtrt_id
        AND starts_with(f.med_list_codg, r.item_code)
        AND CAST(f.fee_ocur_time AS DATE) = h.occurred_from
),
priced AS (
    SELECT DISTINCT hit_id, med_list_codg FROM lines
    UNION
    SELECT h.hit_id, s.set_code
    FROM {{hits}} AS h
    INNER JOIN medins.rule_item_set AS s ON s.set_no = h.rule_no
)
SELECT l.hit_id, 'medins.fee_list_d' AS dataset, l._file, l._row, 'fee_line' AS role
FROM lines AS l
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_list_oprn_d' AS dataset, o._file, o._row, 'operation' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_list_oprn_d AS o ON o.mdtrt_id = h.mdtrt_id AND o.oprn_oprt_date = h.occurred_from
UNION ALL
SELECT h.hit_id, r.dataset, r._file, r._row, 'rule' AS role
FROM {{hits}} AS h
INNER JOIN items AS r ON r.rule_no = h.rule_no
UNION ALL
SELECT p.hit_id, 'medins.price_ceiling' AS dataset, c._file, c._row, 'ceiling' AS role
FROM priced AS p
INNER JOIN medins.price_ceiling AS c ON c.item_code = p.med_list_codg

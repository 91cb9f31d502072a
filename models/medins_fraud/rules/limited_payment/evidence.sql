-- The limited lines of the visit (reversals included), settlements, visit, diagnoses, the rule with its conditions, the
-- grades of the institution on those days and the filing that excuses them.
WITH rules AS (
    SELECT rule_no, min(item_code) AS item_code FROM medins.rule_pay_limit GROUP BY rule_no
)
SELECT h.hit_id, 'medins.fee_list_d' AS dataset, f._file, f._row, 'fee_line' AS role
FROM {{hits}} AS h
INNER JOIN rules AS r ON r.rule_no = h.rule_no
INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = h.mdtrt_id AND starts_with(f.med_list_codg, r.item_code)
UNION ALL
SELECT h.hit_id, 'medins.setl_d' AS dataset, s._file, s._row, 'settlement' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_d AS s ON s.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.mdtrt_d' AS dataset, m._file, m._row, 'visit' AS role
FROM {{hits}} AS h
INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.setl_list_diag_d' AS dataset, d._file, d._row, 'diagnosis' AS role
FROM {{hits}} AS h
INNER JOIN medins.setl_list_diag_d AS d ON d.mdtrt_id = h.mdtrt_id
UNION ALL
SELECT h.hit_id, 'medins.rule_pay_limit' AS dataset, r._file, r._row, 'rule' AS role
FROM {{hits}} AS h
INNER JOIN medins.rule_pay_limit AS r ON r.rule_no = h.rule_no
UNION ALL
SELECT h.hit_id, 'medins.fixmedins_level' AS dataset, v._file, v._row, 'level' AS role
FROM {{hits}} AS h
INNER JOIN medins.fixmedins_level AS v
    ON v.fixmedins_code = h.subject_id
    AND v.valid_from <= h.occurred_to
    AND coalesce(v.valid_to, h.occurred_to) >= h.occurred_from
WHERE h.limit_kind = '机构等级'
UNION ALL
SELECT h.hit_id, 'medins.group_drug_filing' AS dataset, g._file, g._row, 'filing' AS role
FROM {{hits}} AS h
INNER JOIN medins.group_drug_filing AS g ON g.filing_no = h.filing_no

-- M6 超限定支付: a drug limited to an insurance, a kind of visit, a grade of hospital, an indication or a length of
-- course was paid by the fund outside of the limit. Of several prefixes the longest counts, per kind of limit. An
-- indication is only tested where the hospital declared the limit met (lmt_used_flag). One row per visit and rule, apart
-- for lines with another exclusion. One fee line serves one rule.
-- Look-alikes: reversal or refund; another drug under the same prefix; grade that changed during the year; drugs of the
-- leading hospital used downward in a group; approval of the hospital; drugs taken home.
WITH codes AS (
    SELECT DISTINCT med_list_codg FROM medins.fee_list_d
),
limits AS (
    SELECT rule_no, item_code, item_name, limit_kind, max(allowed_code) AS lowest_level, max_days, valid_from, valid_to
    FROM medins.rule_pay_limit
    GROUP BY rule_no, item_code, item_name, limit_kind, max_days, valid_from, valid_to
),
limited AS (
    SELECT
        c.med_list_codg,
        l.rule_no,
        l.item_code,
        l.item_name,
        l.limit_kind,
        l.lowest_level,
        l.max_days,
        l.valid_from,
        l.valid_to
    FROM codes AS c
    INNER JOIN limits AS l ON starts_with(c.med_list_codg, l.item_code)
),
lines AS (
    SELECT
        n.mdtrt_id,
        n.bkkp_sn,
        n.certno,
        n.fixmedins_code,
        n.med_type,
        n.fee_date,
        n.med_list_codg,
        n.net_cnt,
        n.net_share,
        coalesce(n.prd_days, 1) AS days,
        l.rule_no,
        l.item_name,
        l.limit_kind,
        l.lowest_level,
        l.max_days,
        s.insutype,
        f.lmt_used_flag = '1' AS is_declared,
        coalesce(f.hosp_appr_flag, '') = '1' AS is_approved,
        coalesce(f.dscg_tkdrug_flag, '') = '1' AS is_taken_home,
        n.hilist_name NOT LIKE '%' || l.item_name || '%' AS is_other_item
    FROM marts.medins_fee_net AS n
    INNER JOIN limited AS l
        ON l.med_list_codg = n.med_list_codg
        AND n.fee_date BETWEEN l.valid_from AND coalesce(l.valid_to, n.fee_date)
    INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = n.mdtrt_id AND f.bkkp_sn = n.bkkp_sn
    INNER JOIN medins.setl_d AS s ON s.setl_id = f.setl_id
    WHERE n.gross_share > 0
    QUALIFY row_number() OVER ( -- unique: a rule has a number of its own
        PARTITION BY n.mdtrt_id, n.bkkp_sn, l.limit_kind ORDER BY length(l.item_code) DESC, l.rule_no
    ) = 1
),
diagnoses AS (
    SELECT mdtrt_id, diag_code FROM medins.setl_list_diag_d
    UNION
    SELECT mdtrt_id, dscg_maindiag_code FROM medins.mdtrt_d
),
permitted AS (
    SELECT l.mdtrt_id, l.bkkp_sn, l.rule_no
    FROM lines AS l
    INNER JOIN medins.rule_pay_limit AS r
        ON r.rule_no = l.rule_no
        AND r.allowed_code = CASE l.limit_kind WHEN '险种' THEN l.insutype WHEN '就医方式' THEN l.med_type END
    UNION
    SELECT l.mdtrt_id, l.bkkp_sn, l.rule_no
    FROM lines AS l
    INNER JOIN medins.rule_pay_limit AS r ON r.rule_no = l.rule_no
    INNER JOIN diagnoses AS d ON d.mdtrt_id = l.mdtrt_id AND starts_with(d.diag_code, r.allowed_code)
    WHERE l.limit_kind = '适应症'
),
graded AS (
    SELECT l.mdtrt_id, l.bkkp_sn, l.rule_no, i.hosp_lv AS level_now, v.hosp_lv AS level_then
    FROM lines AS l
    INNER JOIN medins.fixmedins AS i ON i.fixmedins_code = l.fixmedins_code
    LEFT JOIN marts.medins_level AS v
        ON v.fixmedins_code = l.fixmedins_code
        AND l.fee_date BETWEEN v.valid_from AND coalesce(v.valid_to, l.fee_date)
    WHERE l.limit_kind = '机构等级'
),
filings AS (
    SELECT l.mdtrt_id, l.bkkp_sn, l.rule_no, min(g.filing_no) AS filing_no
    FROM lines AS l
    INNER JOIN medins.group_drug_filing AS g
        ON g.fixmedins_code = l.fixmedins_code
        AND starts_with(l.med_list_codg, g.item_code)
        AND l.fee_date BETWEEN g.date_from AND coalesce(g.date_to, l.fee_date)
    INNER JOIN medins.fixmedins AS i ON i.fixmedins_code = g.lead_fixmedins_code AND i.hosp_lv <= l.lowest_level
    WHERE l.limit_kind = '机构等级'
    GROUP BY l.mdtrt_id, l.bkkp_sn, l.rule_no
),
single AS (
    SELECT
        l.mdtrt_id,
        l.bkkp_sn,
        l.certno,
        l.fixmedins_code,
        l.fee_date,
        l.rule_no,
        l.item_name,
        l.limit_kind,
        l.net_share,
        g.filing_no,
        CASE l.limit_kind
            WHEN '险种' THEN '险种' || l.insutype
            WHEN '就医方式' THEN '医疗类别' || l.med_type
            WHEN '机构等级' THEN '机构等级' || coalesce(v.level_then, v.level_now)
            ELSE '没有相应诊断'
        END AS found_value,
        CASE
            WHEN l.net_cnt <= 0 THEN 'REVERSED'
            WHEN l.is_other_item THEN 'PREFIX_OVERMATCH'
            WHEN v.level_then <= l.lowest_level THEN 'LEVEL_AT_DATE'
            WHEN g.filing_no IS NOT NULL THEN 'GROUP_DOWNWARD'
            WHEN l.is_approved THEN 'HOSPITAL_APPROVED'
        END AS exclusion_code
    FROM lines AS l
    LEFT JOIN permitted AS p ON p.mdtrt_id = l.mdtrt_id AND p.bkkp_sn = l.bkkp_sn AND p.rule_no = l.rule_no
    LEFT JOIN graded AS v ON v.mdtrt_id = l.mdtrt_id AND v.bkkp_sn = l.bkkp_sn AND v.rule_no = l.rule_no
    LEFT JOIN filings AS g ON g.mdtrt_id = l.mdtrt_id AND g.bkkp_sn = l.bkkp_sn AND g.rule_no = l.rule_no
    WHERE CASE l.limit_kind
        WHEN '机构等级' THEN greatest(v.level_now, v.level_then) > l.lowest_level
        WHEN '适应症' THEN l.is_declared AND p.rule_no IS NULL
        WHEN '疗程' THEN FALSE
        ELSE p.rule_no IS NULL
    END
    QUALIFY row_number() OVER ( -- unique: a code has one rule of a kind
        PARTITION BY l.mdtrt_id, l.bkkp_sn ORDER BY exclusion_code IS NOT NULL, l.rule_no
    ) = 1
),
course_days AS (
    SELECT
        l.mdtrt_id,
        l.certno,
        l.fixmedins_code,
        l.rule_no,
        l.item_name,
        l.max_days,
        l.fee_date,
        min(l.bkkp_sn) AS bkkp_sn,
        count(*) AS line_count,
        sum(l.net_share) AS net_share,
        bool_and(l.is_other_item) AS is_other_item,
        max(l.days) AS gross_days,
        max(CASE WHEN l.net_cnt > 0 THEN l.days ELSE 0 END) AS net_days,
        max(CASE WHEN l.net_cnt > 0 AND NOT l.is_approved THEN l.days ELSE 0 END) AS unapproved_days,
        max(CASE WHEN l.net_cnt > 0 AND NOT l.is_approved AND NOT l.is_taken_home THEN l.days ELSE 0 END) AS inside_days
    FROM lines AS l
    LEFT JOIN single AS t ON t.mdtrt_id = l.mdtrt_id AND t.bkkp_sn = l.bkkp_sn AND t.exclusion_code IS NULL
    WHERE l.limit_kind = '疗程' AND t.bkkp_sn IS NULL
    GROUP BY l.mdtrt_id, l.certno, l.fixmedins_code, l.rule_no, l.item_name, l.max_days, l.fee_date
),
course AS (
    SELECT
        mdtrt_id,
        certno,
        fixmedins_code,
        rule_no,
        item_name,
        max_days,
        min(fee_date) AS from_date,
        max(fee_date) AS to_date,
        min(bkkp_sn) AS first_bkkp_sn,
        sum(line_count) AS line_count,
        sum(net_share) AS net_share,
        sum(gross_days) AS gross_days,
        sum(net_days) AS net_days,
        CASE
            WHEN sum(net_days) <= max_days THEN 'REVERSED'
            WHEN bool_and(is_other_item) THEN 'PREFIX_OVERMATCH'
            WHEN sum(unapproved_days) <= max_days THEN 'HOSPITAL_APPROVED'
            WHEN sum(inside_days) <= max_days THEN 'DISCHARGE_DRUG'
        END AS exclusion_code
    FROM course_days
    GROUP BY mdtrt_id, certno, fixmedins_code, rule_no, item_name, max_days
    HAVING sum(gross_days) > max_days
)
SELECT
    fixmedins_code AS subject_id,
    min(fee_date) AS occurred_from,
    max(fee_date) AS occurred_to,
    CAST(sum(net_share) AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    mdtrt_id,
    certno,
    rule_no,
    item_name,
    limit_kind,
    min(found_value) AS found_value,
    count(*) AS line_count,
    min(bkkp_sn) AS first_bkkp_sn,
    min(filing_no) AS filing_no
FROM single
GROUP BY fixmedins_code, exclusion_code, mdtrt_id, certno, rule_no, item_name, limit_kind
UNION ALL
SELECT
    fixmedins_code,
    from_date,
    to_date,
    CASE
        WHEN net_days <= max_days THEN CAST(0 AS DECIMAL(18, 2))
        ELSE CAST(round(CAST(net_share * (net_days - max_days) / net_days AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2))
    END,
    exclusion_code,
    mdtrt_id,
    certno,
    rule_no,
    item_name,
    '疗程',
    CAST(gross_days AS VARCHAR) || '天，限' || CAST(max_days AS VARCHAR) || '天',
    CAST(line_count AS BIGINT),
    first_bkkp_sn,
    NULL
FROM course

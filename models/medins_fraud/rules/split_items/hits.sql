-- M8 分解项目、主次手术: (a) two operations of one group through the same incision on one day, the lesser one charged above
-- its reduced price; (b) all parts of a set charged one by one although the set has a price of its own, and dearer. Full
-- prices come from the price file for the grade of the institution on that day; without a price nothing is judged. One
-- row per visit, day and group or set, apart for lines with another exclusion.
-- Look-alikes: reversal or refund; add-on code; local item with other content; both sides; a second operation hours
-- later; parts ordered hours apart.
WITH codes AS (
    SELECT DISTINCT med_list_codg FROM medins.fee_list_d
),
members AS (
    SELECT c.med_list_codg, r.item_code, r.group_no, r.group_name, r.valid_from, r.valid_to
    FROM codes AS c
    INNER JOIN medins.rule_main_secondary AS r ON starts_with(c.med_list_codg, r.item_code)
),
parts AS (
    SELECT c.med_list_codg, r.part_code, r.set_no, r.part_no, r.valid_from, r.valid_to
    FROM codes AS c
    INNER JOIN medins.rule_item_set AS r ON starts_with(c.med_list_codg, r.part_code)
),
listed AS (
    SELECT med_list_codg FROM members
    UNION
    SELECT med_list_codg FROM parts
),
lines AS (
    SELECT
        n.mdtrt_id,
        n.bkkp_sn,
        n.certno,
        n.fixmedins_code,
        n.fee_ocur_time,
        n.fee_date,
        n.med_list_codg,
        n.hilist_name,
        n.gross_cnt,
        n.net_cnt,
        n.net_share,
        f.pric,
        coalesce(v.hosp_lv, i.hosp_lv) AS hosp_lv,
        o.medins_list_codg IS NOT NULL AS is_local
    FROM marts.medins_fee_net AS n
    INNER JOIN listed AS t ON t.med_list_codg = n.med_list_codg
    INNER JOIN medins.fee_list_d AS f ON f.mdtrt_id = n.mdtrt_id AND f.bkkp_sn = n.bkkp_sn
    INNER JOIN medins.fixmedins AS i ON i.fixmedins_code = n.fixmedins_code
    LEFT JOIN marts.medins_level AS v
        ON v.fixmedins_code = n.fixmedins_code
        AND n.fee_date BETWEEN v.valid_from AND coalesce(v.valid_to, n.fee_date)
    LEFT JOIN medins.local_price_item AS o ON o.medins_list_codg = n.medins_list_codg
    WHERE n.gross_share > 0
),
priced AS (
    SELECT l.mdtrt_id, l.bkkp_sn, max(c.max_price) AS full_price
    FROM lines AS l
    INNER JOIN medins.price_ceiling AS c
        ON c.item_code = l.med_list_codg
        AND l.fee_date BETWEEN c.valid_from AND coalesce(c.valid_to, l.fee_date)
        AND (c.level_from IS NULL OR l.hosp_lv BETWEEN c.level_from AND c.level_to)
    GROUP BY l.mdtrt_id, l.bkkp_sn
),
grouped AS (
    SELECT l.mdtrt_id, l.bkkp_sn, m.group_no, m.group_name
    FROM lines AS l
    INNER JOIN members AS m
        ON m.med_list_codg = l.med_list_codg
        AND l.fee_date BETWEEN m.valid_from AND coalesce(m.valid_to, l.fee_date)
    QUALIFY row_number() OVER ( -- unique: a group has a prefix once
        PARTITION BY l.mdtrt_id, l.bkkp_sn ORDER BY length(m.item_code) DESC, m.group_no
    ) = 1
),
operated AS (
    SELECT
        l.mdtrt_id,
        l.bkkp_sn,
        l.certno,
        l.fixmedins_code,
        l.fee_date,
        l.med_list_codg,
        l.hilist_name,
        l.net_cnt,
        l.net_share,
        l.is_local,
        m.group_no,
        m.group_name,
        l.pric * l.gross_cnt AS charged,
        $secondary_ratio * p.full_price * ceil(l.gross_cnt) AS allowed,
        first_value(l.med_list_codg) OVER incision AS main_code,
        first_value(l.net_cnt) OVER incision AS main_cnt
    FROM lines AS l
    INNER JOIN grouped AS m ON m.mdtrt_id = l.mdtrt_id AND m.bkkp_sn = l.bkkp_sn
    INNER JOIN priced AS p ON p.mdtrt_id = l.mdtrt_id AND p.bkkp_sn = l.bkkp_sn
    WINDOW incision AS ( -- unique: of lines left equal either says the same
        PARTITION BY l.mdtrt_id, l.fee_date, m.group_no ORDER BY p.full_price DESC, l.med_list_codg, l.net_cnt DESC
    )
),
sessions AS (
    SELECT
        mdtrt_id,
        oprn_oprt_date,
        bool_or(oprn_part = '双') AS both_parts,
        bool_or(oprn_part = '左') AS left_part,
        bool_or(oprn_part = '右') AS right_part,
        datediff('minute', min(oprn_oprt_begntime), max(oprn_oprt_begntime)) AS minutes_apart
    FROM medins.setl_list_oprn_d
    GROUP BY mdtrt_id, oprn_oprt_date
),
lesser AS (
    SELECT
        o.mdtrt_id,
        o.bkkp_sn,
        o.certno,
        o.fixmedins_code,
        o.fee_date,
        o.group_no,
        o.group_name,
        o.net_share,
        o.charged,
        o.allowed,
        CASE
            WHEN o.net_cnt <= 0 OR o.main_cnt <= 0 THEN 'REVERSED'
            WHEN o.hilist_name LIKE '%加收%' THEN 'ADD_ON'
            WHEN o.is_local THEN 'LOCAL_ITEM'
            WHEN s.both_parts OR (s.left_part AND s.right_part) THEN 'BOTH_SIDES'
            WHEN s.minutes_apart > $second_session_minutes THEN 'SECOND_OPERATION'
        END AS exclusion_code
    FROM operated AS o
    LEFT JOIN sessions AS s ON s.mdtrt_id = o.mdtrt_id AND s.oprn_oprt_date = o.fee_date
    WHERE o.med_list_codg <> o.main_code
        AND o.charged > o.allowed + $price_tolerance_yuan
),
placed AS (
    SELECT l.mdtrt_id, l.bkkp_sn, t.set_no, t.part_no
    FROM lines AS l
    INNER JOIN parts AS t
        ON t.med_list_codg = l.med_list_codg
        AND l.fee_date BETWEEN t.valid_from AND coalesce(t.valid_to, l.fee_date)
    QUALIFY row_number() OVER (
        PARTITION BY l.mdtrt_id, l.bkkp_sn ORDER BY length(t.part_code) DESC, t.set_no, t.part_no
    ) = 1
),
part_counts AS (
    SELECT
        l.mdtrt_id,
        l.certno,
        l.fixmedins_code,
        l.hosp_lv,
        l.fee_date,
        t.set_no,
        t.part_no,
        min(l.bkkp_sn) AS bkkp_sn,
        count(*) AS line_count,
        min(l.fee_ocur_time) AS first_time,
        max(l.fee_ocur_time) AS last_time,
        bool_or(l.is_local) AS is_local,
        max(l.pric) AS pric,
        sum(l.net_cnt) AS net_cnt,
        sum(l.net_share) AS net_share
    FROM lines AS l
    INNER JOIN placed AS t ON t.mdtrt_id = l.mdtrt_id AND t.bkkp_sn = l.bkkp_sn
    GROUP BY l.mdtrt_id, l.certno, l.fixmedins_code, l.hosp_lv, l.fee_date, t.set_no, t.part_no
),
sets AS (
    SELECT set_no, min(set_code) AS set_code, min(set_name) AS set_name, count(*) AS parts
    FROM medins.rule_item_set
    GROUP BY set_no
),
whole AS (
    SELECT
        p.mdtrt_id,
        p.certno,
        p.fixmedins_code,
        p.hosp_lv,
        p.fee_date,
        p.set_no,
        s.set_code,
        s.set_name,
        min(p.bkkp_sn) AS bkkp_sn,
        sum(p.line_count) AS line_count,
        datediff('minute', min(p.first_time), max(p.last_time)) AS minutes_apart,
        bool_or(p.is_local) AS is_local,
        sum(p.pric) AS parts_price,
        min(p.net_cnt) AS net_sets,
        sum(p.net_cnt * p.pric) AS charged,
        sum(p.net_share) AS net_share
    FROM part_counts AS p
    INNER JOIN sets AS s ON s.set_no = p.set_no
    GROUP BY p.mdtrt_id, p.certno, p.fixmedins_code, p.hosp_lv, p.fee_date, p.set_no, s.set_code, s.set_name, s.parts
    HAVING count(*) = s.parts
),
set_priced AS (
    SELECT
        w.mdtrt_id,
        w.fee_date,
        w.set_no,
        w.set_name,
        w.certno,
        w.fixmedins_code,
        w.bkkp_sn,
        w.line_count,
        w.minutes_apart,
        w.is_local,
        w.parts_price,
        w.net_sets,
        w.charged,
        w.net_share,
        max(c.max_price) AS set_price
    FROM whole AS w
    INNER JOIN medins.price_ceiling AS c
        ON c.item_code = w.set_code
        AND w.fee_date BETWEEN c.valid_from AND coalesce(c.valid_to, w.fee_date)
        AND (c.level_from IS NULL OR w.hosp_lv BETWEEN c.level_from AND c.level_to)
    GROUP BY w.mdtrt_id, w.fee_date, w.set_no, w.set_name, w.certno, w.fixmedins_code, w.bkkp_sn, w.line_count,
        w.minutes_apart, w.is_local, w.parts_price, w.net_sets, w.charged, w.net_share
    HAVING w.parts_price > max(c.max_price) + $price_tolerance_yuan
)
SELECT
    fixmedins_code AS subject_id,
    fee_date AS occurred_from,
    fee_date AS occurred_to,
    CAST(sum(
        round(CAST(net_share * (charged - allowed) / charged AS DECIMAL(28, 8)), 2)
    ) AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    mdtrt_id,
    certno,
    group_no AS rule_no,
    '主次手术' AS split_kind,
    min(group_name) AS main_name,
    CAST(sum(allowed) AS DECIMAL(18, 2)) AS allowed_yuan,
    CAST(sum(charged) AS DECIMAL(18, 2)) AS charged_yuan,
    count(*) AS line_count,
    min(bkkp_sn) AS first_bkkp_sn
FROM lesser
GROUP BY fixmedins_code, fee_date, exclusion_code, mdtrt_id, certno, group_no
UNION ALL
SELECT
    fixmedins_code,
    fee_date,
    fee_date,
    CASE
        WHEN net_sets <= 0 THEN CAST(0 AS DECIMAL(18, 2))
        ELSE CAST(
            round(CAST(net_share * net_sets * (parts_price - set_price) / charged AS DECIMAL(28, 8)), 2)
            AS DECIMAL(18, 2)
        )
    END,
    CASE
        WHEN net_sets <= 0 THEN 'REVERSED'
        WHEN is_local THEN 'LOCAL_ITEM'
        WHEN minutes_apart > $set_window_minutes THEN 'SEPARATE_ORDERS'
    END AS exclusion_code,
    mdtrt_id,
    certno,
    set_no,
    '项目组套',
    set_name,
    CAST(charged - net_sets * (parts_price - set_price) AS DECIMAL(18, 2)),
    CAST(charged AS DECIMAL(18, 2)),
    CAST(line_count AS BIGINT),
    bkkp_sn
FROM set_priced

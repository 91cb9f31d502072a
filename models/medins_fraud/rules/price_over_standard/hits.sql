-- M7 超标准收费: the unit price of a fee line is above the upper limit on the line itself, or above the price file (for
-- drugs the listed price with the permitted mark-up) for the grade of the institution on that day. One row per visit and
-- item, apart for lines with another exclusion.
-- Look-alikes: reversal or refund; add-on code; local item with other content; grade that changed during the year;
-- surcharge for children; a stay that began before the price was lowered.
WITH floors AS (
    SELECT item_code, min(max_price) AS lowest_price FROM medins.price_ceiling GROUP BY item_code
),
dear AS (
    SELECT f.mdtrt_id, f.bkkp_sn, f.pric, f.pric_uplmt_amt
    FROM medins.fee_list_d AS f
    LEFT JOIN floors AS p ON p.item_code = f.med_list_codg
    WHERE f.pric > least(p.lowest_price, f.pric_uplmt_amt)
),
lines AS (
    SELECT
        n.mdtrt_id,
        n.bkkp_sn,
        n.certno,
        n.fixmedins_code,
        n.fee_date,
        n.brdy,
        n.med_list_codg,
        n.medins_list_codg,
        n.hilist_name,
        n.net_cnt,
        n.net_share,
        d.pric,
        d.pric_uplmt_amt,
        i.hosp_lv AS level_now,
        coalesce(v.hosp_lv, i.hosp_lv) AS level_then,
        CAST(m.begntime AS DATE) AS begin_date,
        list_contains($drug_item_types, n.med_chrgitm_type) AS is_drug,
        1 + CASE
            WHEN list_contains($herb_item_types, n.med_chrgitm_type) THEN $herb_markup
            WHEN list_contains($drug_item_types, n.med_chrgitm_type) THEN $drug_markup
            ELSE 0
        END AS factor,
        date_part('year', n.fee_date) - date_part('year', n.brdy)
        - CASE
            WHEN date_part('month', n.fee_date) < date_part('month', n.brdy)
                OR (date_part('month', n.fee_date) = date_part('month', n.brdy)
                    AND date_part('day', n.fee_date) < date_part('day', n.brdy))
                THEN 1
            ELSE 0
        END AS age
    FROM dear AS d
    INNER JOIN marts.medins_fee_net AS n ON n.mdtrt_id = d.mdtrt_id AND n.bkkp_sn = d.bkkp_sn
    INNER JOIN medins.mdtrt_d AS m ON m.mdtrt_id = d.mdtrt_id
    INNER JOIN medins.fixmedins AS i ON i.fixmedins_code = n.fixmedins_code
    LEFT JOIN marts.medins_level AS v
        ON v.fixmedins_code = n.fixmedins_code
        AND n.fee_date BETWEEN v.valid_from AND coalesce(v.valid_to, n.fee_date)
    WHERE n.gross_share > 0
),
ceilings AS (
    SELECT
        l.mdtrt_id,
        l.bkkp_sn,
        max(CASE
            WHEN l.fee_date BETWEEN c.valid_from AND coalesce(c.valid_to, l.fee_date)
                AND (c.level_from IS NULL OR l.level_now BETWEEN c.level_from AND c.level_to) THEN c.max_price
        END) AS price_now,
        max(CASE
            WHEN l.fee_date BETWEEN c.valid_from AND coalesce(c.valid_to, l.fee_date)
                AND (c.level_from IS NULL OR l.level_then BETWEEN c.level_from AND c.level_to) THEN c.max_price
        END) AS price_then,
        max(CASE
            WHEN l.begin_date BETWEEN c.valid_from AND c.valid_to
                AND (c.level_from IS NULL OR l.level_then BETWEEN c.level_from AND c.level_to) THEN c.max_price
        END) AS price_before,
        max(CASE
            WHEN l.fee_date BETWEEN c.valid_from AND coalesce(c.valid_to, l.fee_date)
                AND (c.level_from IS NULL OR l.level_then BETWEEN c.level_from AND c.level_to) THEN c.document_no
        END) AS document_no
    FROM lines AS l
    INNER JOIN medins.price_ceiling AS c ON c.item_code = l.med_list_codg
    GROUP BY l.mdtrt_id, l.bkkp_sn
),
limits AS (
    SELECT
        l.mdtrt_id,
        l.bkkp_sn,
        l.certno,
        l.fixmedins_code,
        l.fee_date,
        l.med_list_codg,
        l.medins_list_codg,
        l.hilist_name,
        l.net_cnt,
        l.net_share,
        l.pric,
        l.is_drug,
        l.age,
        c.document_no,
        least(c.price_now * l.factor, l.pric_uplmt_amt) + $price_tolerance_yuan AS limit_now,
        least(c.price_then * l.factor, l.pric_uplmt_amt) + $price_tolerance_yuan AS limit_then,
        CASE WHEN c.price_before IS DISTINCT FROM c.price_then THEN c.price_before * l.factor + $price_tolerance_yuan END
            AS limit_before
    FROM lines AS l
    LEFT JOIN ceilings AS c ON c.mdtrt_id = l.mdtrt_id AND c.bkkp_sn = l.bkkp_sn
),
judged AS (
    SELECT
        l.mdtrt_id,
        l.bkkp_sn,
        l.certno,
        l.fixmedins_code,
        l.fee_date,
        l.med_list_codg,
        l.hilist_name,
        l.net_share,
        l.pric,
        l.document_no,
        coalesce(l.limit_then, l.limit_now) - $price_tolerance_yuan AS allowed_price,
        CASE
            WHEN l.net_cnt <= 0 THEN 'REVERSED'
            WHEN l.hilist_name LIKE '%加收%' THEN 'ADD_ON'
            WHEN o.medins_list_codg IS NOT NULL THEN 'LOCAL_ITEM'
            WHEN l.pric <= l.limit_then THEN 'LEVEL_AT_DATE'
            WHEN NOT l.is_drug AND l.age <= $child_surcharge_age AND l.pric <= l.limit_then * (1 + $child_surcharge)
                THEN 'CHILD_SURCHARGE'
            WHEN l.pric <= l.limit_before THEN 'OLD_PRICE'
        END AS exclusion_code
    FROM limits AS l
    LEFT JOIN medins.local_price_item AS o ON o.medins_list_codg = l.medins_list_codg
    WHERE l.pric > least(l.limit_now, l.limit_then)
)
SELECT
    fixmedins_code AS subject_id,
    min(fee_date) AS occurred_from,
    max(fee_date) AS occurred_to,
    CAST(sum(
        CAST(
            round(CAST(net_share * greatest(pric - allowed_price, 0) / pric AS DECIMAL(28, 8)), 2) AS DECIMAL(18, 2)
        )
    ) AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    mdtrt_id,
    certno,
    med_list_codg,
    min(hilist_name) AS item_name,
    max(pric) AS charged_price,
    CAST(min(allowed_price) AS DECIMAL(18, 4)) AS allowed_price,
    count(*) AS line_count,
    min(bkkp_sn) AS first_bkkp_sn,
    coalesce(max(document_no), '明细载明的定价上限') AS document_no
FROM judged
GROUP BY fixmedins_code, exclusion_code, mdtrt_id, certno, med_list_codg

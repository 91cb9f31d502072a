-- P5 性别、年龄不符: a drug or item limited to one sex or an age range was paid by the fund for somebody else. Age counts
-- on the day of service. Prefixes are resolved on the distinct codes first. One row per visit, rule and explanation.
-- The age by calendar years is the exact age or one more: a limit both ages miss is missed clearly.
-- Look-alikes: reversal, new-born billed under the mother, registered sex contradicted by the id number, diagnosis that
-- the other sex can have, age limit missed only when whole calendar years are counted (or only when days are).
WITH rules AS (
    SELECT rule_no, item_code, item_name, sex_limit, NULL AS min_age, NULL AS max_age, valid_from, valid_to
    FROM medins.rule_sex
    UNION ALL
    SELECT rule_no, item_code, item_name, NULL, min_age, max_age, valid_from, valid_to
    FROM medins.rule_age
),
codes AS (
    SELECT med_list_codg FROM medins.fee_list_d GROUP BY med_list_codg
),
limits AS (
    SELECT c.med_list_codg, r.rule_no, r.item_name, r.sex_limit, r.min_age, r.max_age, r.valid_from,
        coalesce(r.valid_to, $as_of) AS valid_to, length(r.item_code) AS prefix_length
    FROM codes AS c
    INNER JOIN rules AS r ON starts_with(c.med_list_codg, r.item_code)
),
judged AS (
    SELECT
        f.certno,
        f.fixmedins_code,
        f.mdtrt_id,
        f.bkkp_sn,
        f.fee_date,
        f.gend,
        f.net_share,
        l.rule_no,
        l.item_name,
        l.sex_limit,
        l.min_age,
        l.max_age,
        l.prefix_length,
        CASE
            WHEN substr(f.certno, 17, 1) IN ('1', '3', '5', '7', '9') THEN '1' -- literal: sex digit
            WHEN substr(f.certno, 17, 1) IN ('0', '2', '4', '6', '8') THEN '2' -- literal: sex digit
        END AS id_sex,
        date_part('year', f.fee_date) - date_part('year', f.brdy) AS calendar_age,
        date_part('year', f.fee_date) - date_part('year', f.brdy)
        - CASE
            WHEN date_part('month', f.fee_date) < date_part('month', f.brdy)
                OR (date_part('month', f.fee_date) = date_part('month', f.brdy)
                    AND date_part('day', f.fee_date) < date_part('day', f.brdy))
                THEN 1
            ELSE 0
        END AS exact_age
    FROM marts.medins_fee_net AS f
    INNER JOIN limits AS l ON l.med_list_codg = f.med_list_codg
    WHERE f.gross_share > 0 AND f.fee_date BETWEEN l.valid_from AND l.valid_to
),
breaches AS (
    SELECT certno, fixmedins_code, mdtrt_id, bkkp_sn, fee_date, gend, net_share, rule_no, item_name, sex_limit, min_age,
        max_age, id_sex, exact_age, coalesce(calendar_age < min_age OR exact_age > max_age, FALSE) AS is_clear_breach
    FROM judged
    WHERE (gend IN ('1', '2') AND gend <> sex_limit) OR exact_age < min_age OR calendar_age > max_age
    QUALIFY row_number() OVER ( -- unique: rule_no is the key of either rule table
        PARTITION BY mdtrt_id, bkkp_sn ORDER BY sex_limit IS NULL, prefix_length DESC, rule_no
    ) = 1
),
diagnoses AS (
    SELECT mdtrt_id, dscg_maindiag_code AS diag_code FROM medins.mdtrt_d
    UNION ALL
    SELECT mdtrt_id, diag_code FROM medins.setl_list_diag_d
),
both_sexes AS (
    SELECT mdtrt_id
    FROM diagnoses
    WHERE list_contains($both_sex_diagnoses, substr(diag_code, 1, 3)) -- literal: ICD category length
        OR list_contains($both_sex_diagnoses, substr(diag_code, 1, 5)) -- literal: ICD subcategory length
    GROUP BY mdtrt_id
),
explained AS (
    SELECT
        b.certno,
        b.fixmedins_code,
        b.mdtrt_id,
        b.fee_date,
        b.gend,
        b.net_share,
        b.rule_no,
        b.item_name,
        b.sex_limit,
        b.min_age,
        b.max_age,
        b.exact_age,
        CASE
            WHEN b.net_share <= 0 THEN 'REVERSED'
            WHEN m.nwb_flag = '1' THEN 'NEWBORN'
            WHEN b.id_sex = b.sex_limit THEN 'REGISTERED_SEX_WRONG'
            WHEN b.sex_limit IS NOT NULL AND x.mdtrt_id IS NOT NULL THEN 'BOTH_SEXES'
            WHEN b.sex_limit IS NULL AND NOT b.is_clear_breach THEN 'AGE_COUNTING'
        END AS exclusion_code
    FROM breaches AS b
    LEFT JOIN medins.mdtrt_d AS m ON m.mdtrt_id = b.mdtrt_id
    LEFT JOIN both_sexes AS x ON x.mdtrt_id = b.mdtrt_id
)
SELECT
    certno AS subject_id,
    min(fee_date) AS occurred_from,
    max(fee_date) AS occurred_to,
    CAST(sum(net_share) AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    mdtrt_id,
    rule_no,
    item_name,
    fixmedins_code,
    CASE WHEN sex_limit IS NULL THEN '年龄' ELSE '性别' END AS limit_kind,
    CASE sex_limit WHEN '1' THEN '限男性' WHEN '2' THEN '限女性' ELSE
        '限' || coalesce(CAST(min_age AS VARCHAR), '0') || '岁至' || coalesce(CAST(max_age AS VARCHAR), '不限') || '岁'
    END AS limit_text,
    CASE gend WHEN '1' THEN '男' WHEN '2' THEN '女' ELSE '不详' END AS sex_text,
    CAST(min(exact_age) AS BIGINT) AS exact_age,
    count(*) AS line_count
FROM explained
GROUP BY certno, mdtrt_id, fixmedins_code, gend, rule_no, item_name, sex_limit, min_age, max_age, exclusion_code

-- Clues of one run: hits that are not dropped, grouped by clue. Reads the session's temp tables hit, evidence, subject,
-- rule_info, exclusion_info, legal_info and scoring (one row). Every aggregate names its order: equal facts, equal clue.
WITH live AS (
    SELECT
        h.*,
        r.rule_order,
        r.title,
        coalesce(r.amount_group, 'rule ' || r.rule_id) AS amount_group,
        r.amount_basis,
        CASE WHEN h.exclusion_effect = 'downgrade' THEN least(r.strength_rank + 1, 3) ELSE r.strength_rank END AS rank,
        CASE r.limitation_from
            WHEN 'occurred_from' THEN CAST(h.occurred_from + to_years(r.limitation_years) AS DATE)
            WHEN 'occurred_to' THEN CAST(h.occurred_to + to_years(r.limitation_years) AS DATE)
        END AS limitation_date,
        row_number() OVER (
            PARTITION BY h.clue_id, h.rule_id
            ORDER BY h.amount DESC NULLS LAST, h.occurred_from, h.occurred_to, h.hit_id
        ) AS place,
        count(*) OVER (PARTITION BY h.clue_id, h.rule_id) AS of_rule
    FROM hit AS h
    JOIN rule_info AS r ON r.rule_id = h.rule_id
    WHERE h.clue_id IS NOT NULL
),
base AS (
    SELECT
        clue_id,
        min(subject_type) AS subject_type,
        min(subject_id) AS subject_id,
        min(occurred_from) AS occurred_from,
        max(occurred_to) AS occurred_to,
        min(rank) AS rank,
        min(limitation_date) AS limitation_date,
        list(DISTINCT rule_id ORDER BY rule_id) AS rules,
        sha256(string_agg(hit_id, ',' ORDER BY hit_id)) AS hits_hash,
        max(threshold) AS threshold
    FROM (SELECT *, {{threshold}} AS threshold FROM live)
    GROUP BY clue_id
),
named AS (
    SELECT l.clue_id, min(s.subject_name) AS subject_name, min(s.region_code) AS region_code
    FROM live AS l
    JOIN subject AS s ON s.rule_id = l.rule_id AND s.subject_id = l.subject_id
    GROUP BY l.clue_id
),
rule_amount AS (
    SELECT clue_id, amount_group, rule_order, amount_basis, sum(amount) AS amount
    FROM live
    WHERE amount IS NOT NULL
    GROUP BY clue_id, amount_group, rule_order, amount_basis
),
group_amount AS (
    SELECT clue_id, amount, amount_basis
    FROM rule_amount
    QUALIFY row_number() OVER (PARTITION BY clue_id, amount_group ORDER BY amount DESC, rule_order) = 1
),
money AS (
    SELECT
        clue_id,
        CAST(sum(amount) AS DECIMAL(18, 2)) AS amount,
        array_to_string(list(DISTINCT amount_basis ORDER BY amount_basis), '、') AS amount_basis
    FROM group_amount
    GROUP BY clue_id
),
rule_text AS (
    SELECT
        clue_id,
        rule_order,
        rule_code || ' ' || title || '：' || string_agg(text, '；' ORDER BY place)
            || CASE WHEN max(of_rule) > max(place) THEN '；等共' || max(of_rule) || '条' ELSE '' END || '。' AS text
    FROM live
    WHERE place <= (SELECT hits_shown FROM scoring)
    GROUP BY clue_id, rule_order, rule_code, title
),
explained AS (
    SELECT clue_id, string_agg(text, chr(10) ORDER BY rule_order) AS explanation
    FROM rule_text
    GROUP BY clue_id
),
tested AS (
    SELECT
        b.clue_id,
        list(
            x.rule_code || ' ' || x.name || '：' || CASE
                WHEN coalesce(found.n, 0) = 0 THEN '未见'
                WHEN x.effect = 'drop' THEN '另有' || found.n || '条因此排除'
                WHEN x.effect = 'downgrade' THEN '有' || found.n || '条存在此情形，已降级'
                ELSE '有' || found.n || '条存在此情形，请核实'
            END
            ORDER BY x.rule_order, x.place
        ) AS exclusions_tested
    FROM (SELECT DISTINCT clue_id, rule_id FROM live) AS b
    JOIN exclusion_info AS x ON x.rule_id = b.rule_id
    LEFT JOIN (
        SELECT bucket_id, rule_id, exclusion_code, count(*) AS n
        FROM hit
        WHERE exclusion_code IS NOT NULL
        GROUP BY bucket_id, rule_id, exclusion_code
    ) AS found ON found.bucket_id = b.clue_id AND found.rule_id = x.rule_id AND found.exclusion_code = x.code
    GROUP BY b.clue_id
),
cited AS (
    SELECT l.clue_id, i.text, min(i.place) AS place
    FROM live AS l
    JOIN legal_info AS i
        ON i.rule_id = l.rule_id
        AND i.effective_from <= l.occurred_to
        AND (i.effective_to IS NULL OR i.effective_to >= l.occurred_from)
    GROUP BY l.clue_id, i.text
),
legal AS (
    SELECT clue_id, list(text ORDER BY place, text) AS legal_basis
    FROM cited
    GROUP BY clue_id
),
proven AS (
    SELECT
        clue_id,
        count(DISTINCT (dataset, _file, _row)) AS evidence_count,
        count(DISTINCT dataset) AS sources
    FROM evidence
    WHERE clue_id IS NOT NULL
    GROUP BY clue_id
),
scored AS (
    SELECT
        b.clue_id,
        CAST(round(
            s.strength_points[b.rank]
            + s.amount_points * coalesce(least(greatest(m.amount / b.threshold, 0), 1), s.unknown_amount_share)
            + s.source_points
            * least(greatest(coalesce(p.sources, 0) - 1, 0) / greatest(s.full_sources - 1, 1), 1)
            + s.recency_points
            * least(greatest(1 - datediff('day', b.occurred_to, s.as_of) / s.recency_days, 0), 1)
        ) AS INTEGER) AS score
    FROM base AS b
    CROSS JOIN scoring AS s
    LEFT JOIN money AS m ON m.clue_id = b.clue_id
    LEFT JOIN proven AS p ON p.clue_id = b.clue_id
)
SELECT
    b.clue_id,
    s.model_id,
    s.model_version,
    b.subject_type,
    b.subject_id,
    n.subject_name,
    n.region_code,
    b.occurred_from,
    b.occurred_to,
    m.amount,
    m.amount_basis,
    c.score,
    CASE WHEN c.score >= s.severity_from[1] THEN 'A' WHEN c.score >= s.severity_from[2] THEN 'B' ELSE 'C' END
        AS severity,
    b.rules,
    e.explanation,
    coalesce(t.exclusions_tested, CAST([] AS VARCHAR[])) AS exclusions_tested,
    coalesce(l.legal_basis, CAST([] AS VARCHAR[])) AS legal_basis,
    s.suggested_line,
    s.suggested_instrument,
    b.limitation_date,
    coalesce(p.evidence_count, 0) AS evidence_count,
    sha256(concat_ws(
        chr(31),
        b.hits_hash,
        coalesce(CAST(m.amount AS VARCHAR), '-'),
        coalesce(m.amount_basis, '-'),
        coalesce(n.subject_name, '-'),
        coalesce(n.region_code, '-'),
        coalesce(CAST(b.limitation_date AS VARCHAR), '-'),
        s.suggested_line,
        s.suggested_instrument,
        e.explanation,
        array_to_string(coalesce(t.exclusions_tested, []), '|'),
        array_to_string(coalesce(l.legal_basis, []), '|')
    )) AS content_hash
FROM base AS b
CROSS JOIN scoring AS s
JOIN scored AS c ON c.clue_id = b.clue_id
JOIN explained AS e ON e.clue_id = b.clue_id
LEFT JOIN named AS n ON n.clue_id = b.clue_id
LEFT JOIN money AS m ON m.clue_id = b.clue_id
LEFT JOIN tested AS t ON t.clue_id = b.clue_id
LEFT JOIN legal AS l ON l.clue_id = b.clue_id
LEFT JOIN proven AS p ON p.clue_id = b.clue_id

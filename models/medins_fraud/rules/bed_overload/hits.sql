-- M3 床位超载: on every day of a week or more, the inpatients of an institution exceed its beds by more than the
-- allowed ratio. One row per spell. The day of discharge does not count.
-- Look-alikes, taken out step by step (a later step keeps what earlier ones took out): stays whose fund payment went
-- back; day surgery and home beds; newborns beside their mothers; beds added by approval. A spell that is gone after a
-- step is excused by it. Daily numbers are running sums over arrivals and departures, so no calendar is needed.
WITH steps AS (
    SELECT step FROM (VALUES (0), (1), (2), (3), (4)) AS s (step) -- literal: numbers of the steps
),
paid AS (
    SELECT
        mdtrt_id,
        sum(CASE WHEN init_setl_id IS NULL THEN fund_pay_sumamt END) AS gross_fund,
        sum(fund_pay_sumamt) AS net_fund
    FROM medins.setl_d
    WHERE coalesce(vali_flag, '1') <> '0'
    GROUP BY mdtrt_id
),
stays AS (
    SELECT
        m.fixmedins_code,
        CAST(m.begntime AS DATE) AS begin_date,
        greatest(CAST(coalesce(m.endtime, $as_of) AS DATE), CAST(m.begntime AS DATE) + 1) AS left_date,
        CASE
            WHEN p.net_fund <= 0 THEN 0
            WHEN NOT list_contains($inpatient_med_types, m.med_type) THEN 1
            WHEN m.nwb_flag = '1' THEN 2 -- literal: the last step that counts newborns
            ELSE 4 -- literal: the last step
        END AS counted_to
    FROM medins.mdtrt_d AS m
    INNER JOIN paid AS p ON p.mdtrt_id = m.mdtrt_id
    WHERE list_contains($bed_med_types, m.med_type) AND coalesce(m.vali_flag, '1') <> '0' AND p.gross_fund > 0
),
changes AS (
    SELECT s.fixmedins_code, t.step, s.begin_date AS change_date, 1 AS people, 0 AS beds
    FROM stays AS s
    INNER JOIN steps AS t ON t.step <= s.counted_to
    UNION ALL
    SELECT s.fixmedins_code, t.step, s.left_date, -1, 0
    FROM stays AS s
    INNER JOIN steps AS t ON t.step <= s.counted_to
    UNION ALL
    SELECT fixmedins_code, 4, date_from, 0, added_beds FROM medins.bed_approval -- literal: the last step
    UNION ALL
    SELECT fixmedins_code, 4, date_to + 1, 0, -added_beds FROM medins.bed_approval -- literal: the last step
    WHERE date_to IS NOT NULL
),
daily AS (
    SELECT fixmedins_code, step, change_date, sum(people) AS people, sum(beds) AS beds
    FROM changes
    GROUP BY fixmedins_code, step, change_date
),
running AS (
    SELECT
        d.fixmedins_code,
        d.step,
        d.change_date,
        lead(d.change_date) OVER (PARTITION BY d.fixmedins_code, d.step ORDER BY d.change_date) AS next_date, -- unique: one row a day
        sum(d.people) OVER (PARTITION BY d.fixmedins_code, d.step ORDER BY d.change_date) AS inpatients,
        f.bed_cnt + sum(d.beds) OVER (PARTITION BY d.fixmedins_code, d.step ORDER BY d.change_date) AS beds
    FROM daily AS d
    INNER JOIN medins.fixmedins AS f ON f.fixmedins_code = d.fixmedins_code AND f.bed_cnt > 0
),
crowded AS (
    SELECT
        fixmedins_code,
        step,
        change_date,
        next_date,
        inpatients,
        beds,
        lag(next_date) OVER (PARTITION BY fixmedins_code, step ORDER BY change_date) AS previous_end -- unique: one row a day
    FROM running
    WHERE inpatients > beds * $bed_ratio
),
numbered AS (
    SELECT
        fixmedins_code,
        step,
        change_date,
        next_date,
        inpatients,
        beds,
        sum(CASE WHEN previous_end = change_date THEN 0 ELSE 1 END)
            OVER (PARTITION BY fixmedins_code, step ORDER BY change_date) AS spell
    FROM crowded
),
spells AS (
    SELECT
        fixmedins_code,
        step,
        min(change_date) AS from_date,
        max(next_date) - 1 AS to_date,
        datediff('day', min(change_date), max(next_date)) AS crowded_days,
        max(inpatients) AS peak_inpatients,
        min(beds) AS beds
    FROM numbered
    GROUP BY fixmedins_code, step, spell
    HAVING datediff('day', min(change_date), max(next_date)) >= $crowded_days
),
judged AS (
    SELECT w.fixmedins_code, w.from_date, w.to_date, w.crowded_days, w.peak_inpatients, w.beds, max(n.step) AS last_step
    FROM spells AS w
    INNER JOIN spells AS n
        ON n.fixmedins_code = w.fixmedins_code
        AND n.from_date >= w.from_date
        AND n.to_date <= w.to_date
    WHERE w.step = 0
    GROUP BY w.fixmedins_code, w.from_date, w.to_date, w.crowded_days, w.peak_inpatients, w.beds
),
found AS (
    SELECT
        fixmedins_code,
        from_date,
        to_date,
        crowded_days,
        peak_inpatients,
        beds,
        CASE last_step
            WHEN 0 THEN 'REFUNDED'
            WHEN 1 THEN 'DAY_OR_HOME_BED'
            WHEN 2 THEN 'NEWBORN' -- literal: number of the step
            ELSE 'ADDED_BEDS'
        END AS exclusion_code
    FROM judged
    WHERE last_step < 4 -- literal: the last step
    UNION ALL
    SELECT fixmedins_code, from_date, to_date, crowded_days, peak_inpatients, beds, NULL
    FROM spells
    WHERE step = 4 -- literal: the last step
)
SELECT
    f.fixmedins_code AS subject_id,
    f.from_date AS occurred_from,
    f.to_date AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    f.exclusion_code,
    f.crowded_days,
    f.peak_inpatients,
    f.beds,
    min(a.approval_id) AS approval_id
FROM found AS f
LEFT JOIN medins.bed_approval AS a
    ON a.fixmedins_code = f.fixmedins_code
    AND a.date_from <= f.to_date
    AND coalesce(a.date_to, $as_of) >= f.from_date
GROUP BY f.fixmedins_code, f.from_date, f.to_date, f.exclusion_code, f.crowded_days, f.peak_inpatients, f.beds

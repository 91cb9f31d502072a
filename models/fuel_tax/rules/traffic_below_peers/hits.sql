-- 车流推算：日均车流乘每车经验升数推算全月销量，申报与推算之比明显低于同类站（同经营性质、同设区市、同月）。按站、月。
-- 只给线索打分，不计金额。比值取四位小数化为整数，标准差条件两边平方后用整数比较：
-- 站数n、比值和S、平方和Q、本站比值x，低出z个标准差即 S-nx>0 且 (S-nx)²>z²(nQ-S²)。
-- 所属期错位：前后月份明显高于同类的，超出平均的升数加回本月。
-- 已检验的合理解释：核定征收、新开停业、更正申报、总公司结算、非加油车辆、所属期错位。
WITH counted AS (
    SELECT
        station_id, CAST(date_trunc('month', count_day) AS DATE) AS month_start,
        sum(small_cnt) AS small_cnt, sum(truck_cnt) AS truck_cnt, count(*) AS days
    FROM fuel.veh_count
    GROUP BY station_id, CAST(date_trunc('month', count_day) AS DATE)
    HAVING count(*) >= $min_count_days
),
grade_declared AS (
    SELECT station_id, period, oil_grade, arg_min(out_l, filed_on) AS first_l, arg_max(out_l, filed_on) AS last_l
    FROM fuel.oil_psi
    GROUP BY station_id, period, oil_grade
),
declared AS (
    SELECT station_id, period, sum(first_l) AS first_l, sum(last_l) AS last_l
    FROM grade_declared
    GROUP BY station_id, period
),
settled AS (
    SELECT c.station_id, c.period, sum(c.qty_l) AS litres
    FROM fuel.card_settlement AS c
    JOIN fuel.gas_station AS s ON s.station_id = c.station_id
    WHERE EXISTS (
        SELECT 1 FROM fuel.branch_relation AS b
        WHERE b.branch_uscc = s.uscc AND b.hq_uscc = c.hq_uscc
            AND b.valid_from <= c.period AND coalesce(b.valid_to, c.period) >= c.period
    )
    GROUP BY c.station_id, c.period
),
side_income AS (
    SELECT
        station_id, CAST(date_trunc('month', pay_ts) AS DATE) AS month_start,
        sum(CASE WHEN goods_kind <> '油品' THEN amt END) AS other_amt, sum(amt) AS amt
    FROM fuel.pay_receipt
    GROUP BY station_id, CAST(date_trunc('month', pay_ts) AS DATE)
),
base AS (
    SELECT
        s.uscc, s.station_id, s.brand_type, substr(s.region_code, 1, 4) AS city, c.month_start,  -- literal: 前四位是设区市
        year(c.month_start) * 12 + month(c.month_start) AS month_no,  -- literal: 一年十二个月
        c.small_cnt, c.truck_cnt, c.days, d.first_l, d.last_l, coalesce(h.litres, 0) AS settled_l,
        CAST(
            round(
                (c.small_cnt * $litres_per_car + c.truck_cnt * $litres_per_truck) * (datediff('day', c.month_start, last_day(c.month_start)) + 1)
                / c.days, 0
            ) AS BIGINT
        ) AS inferred_l,
        i.other_amt >= $side_income_share * i.amt AS is_side,
        s.open_date, s.close_date
    FROM fuel.gas_station AS s
    JOIN counted AS c ON c.station_id = s.station_id
    JOIN declared AS d ON d.station_id = c.station_id AND d.period = c.month_start
    LEFT JOIN settled AS h ON h.station_id = c.station_id AND h.period = c.month_start
    LEFT JOIN side_income AS i ON i.station_id = c.station_id AND i.month_start = c.month_start
),
rated AS (
    SELECT
        uscc, station_id, brand_type, city, month_start, month_no, small_cnt, truck_cnt, days, first_l, inferred_l, is_side,
        open_date, close_date,
        CAST(round(first_l * 10000 / inferred_l, 0) AS BIGINT) AS first_r,  -- literal: 四位小数
        CAST(round(last_l * 10000 / inferred_l, 0) AS BIGINT) AS last_r,  -- literal: 四位小数
        CAST(round((last_l + settled_l) * 10000 / inferred_l, 0) AS BIGINT) AS settled_r,  -- literal: 四位小数
        last_l
    FROM base
    WHERE inferred_l <> 0
),
peered AS (
    SELECT
        uscc, station_id, month_start, month_no, small_cnt, truck_cnt, days, first_l, last_l, inferred_l, is_side, open_date, close_date,
        first_r, last_r, settled_r,
        CAST(count(*) OVER (PARTITION BY brand_type, city, month_start) AS BIGINT) AS n,
        CAST(sum(last_r) OVER (PARTITION BY brand_type, city, month_start) AS BIGINT) AS s,
        CAST(sum(last_r * last_r) OVER (PARTITION BY brand_type, city, month_start) AS BIGINT) AS q
    FROM rated
),
surplus AS (
    SELECT
        uscc, station_id, month_start, month_no, small_cnt, truck_cnt, days, first_l, last_l, inferred_l, is_side, open_date, close_date,
        first_r, last_r, settled_r, n, s, q,
        CASE
            WHEN greatest(n * last_r - s, 0) * greatest(n * last_r - s, 0) > (n * q - s * s) * $shift_deviations * $shift_deviations
                THEN CAST(round(last_l - inferred_l * s * 0.0001 / n, 0) AS BIGINT)  -- literal: 四位小数
            ELSE 0
        END AS over_l
    FROM peered
),
shifted AS (
    SELECT
        uscc, station_id, month_start, month_no, small_cnt, truck_cnt, days, first_l, inferred_l, is_side, open_date, close_date,
        first_r, last_r, settled_r, n, s, q,
        CAST(
            round(
                (last_l + sum(over_l) OVER (
                    PARTITION BY station_id ORDER BY month_no
                    RANGE BETWEEN $window_reach_months PRECEDING AND $window_reach_months FOLLOWING
                )) * 10000 / inferred_l, 0  -- literal: 四位小数
            ) AS BIGINT
        ) AS window_r
    FROM surplus
),
spread AS (
    SELECT
        uscc, station_id, month_start, month_no, small_cnt, truck_cnt, days, first_l, inferred_l, is_side, open_date, close_date,
        first_r, n, s, (n * q - s * s) * $peer_deviations * $peer_deviations AS limit_r,
        greatest(s - n * first_r, 0) AS first_gap, greatest(s - n * last_r, 0) AS last_gap,
        greatest(s - n * settled_r, 0) AS settled_gap, greatest(s - n * window_r, 0) AS window_gap,
        n * q - s * s AS variance_nn
    FROM shifted
    WHERE n >= $min_peers
),
explained AS (
    SELECT
        p.uscc, p.station_id, p.month_start, p.small_cnt, p.truck_cnt, p.days, p.first_l, p.inferred_l, p.first_r, p.n, p.s,
        p.first_gap, p.variance_nn,
        CASE
            WHEN EXISTS (
                SELECT 1 FROM fuel.tax_assessment AS a
                WHERE a.uscc = p.uscc AND a.method <> '查账征收'
                    AND a.valid_from <= p.month_start AND coalesce(a.valid_to, p.month_start) >= p.month_start
            ) THEN 'ASSESSED'
            WHEN p.month_no - (year(p.open_date) * 12 + month(p.open_date))  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN (year(p.close_date) * 12 + month(p.close_date)) - p.month_no  -- literal: 一年十二个月
                BETWEEN 0 AND $new_station_months - 1 THEN 'NEW_OR_CLOSING'
            WHEN p.last_gap * p.last_gap <= p.limit_r THEN 'CORRECTED'
            WHEN p.settled_gap * p.settled_gap <= p.limit_r THEN 'PARENT_SETTLED'
            WHEN p.is_side THEN 'NON_FUEL'
            WHEN p.window_gap * p.window_gap <= p.limit_r THEN 'PERIOD_SHIFT'
        END AS exclusion_code
    FROM spread AS p
    WHERE p.first_gap * p.first_gap > p.limit_r
)
SELECT
    uscc AS subject_id,
    month_start AS occurred_from,
    last_day(month_start) AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    exclusion_code,
    station_id,
    month_start,
    CAST(round(small_cnt / days, 1) AS DECIMAL(18, 1)) AS small_day,
    CAST(round(truck_cnt / days, 1) AS DECIMAL(18, 1)) AS truck_day,
    inferred_l,
    CAST(first_l AS DECIMAL(18, 2)) AS declared_l,
    CAST(first_r * 0.0001 AS DECIMAL(18, 4)) AS ratio,  -- literal: 四位小数
    CAST(n AS INTEGER) AS peer_count,
    CAST(round(s * 0.0001 / n, 4) AS DECIMAL(18, 4)) AS peer_mean,  -- literal: 四位小数
    CAST(round(first_gap / sqrt(variance_nn), 2) AS DECIMAL(18, 2)) AS deviations
FROM explained

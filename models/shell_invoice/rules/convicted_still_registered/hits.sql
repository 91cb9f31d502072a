-- 判后仍存续：生效裁判认定为犯罪设立或者无实际经营的企业，过了期限登记状态仍是存续。
-- 已检验的合理解释：裁判认定主要从事合法经营、已成立清算组、已进入吊销听证、登记系冒名且已申请撤销。
WITH left_open AS (
    SELECT j.uscc, min(j.effective_on) AS effective_on, min(j.case_no) AS case_no, min(j.crime) AS crime,
        count(CASE WHEN j.finding = '主要从事合法经营' THEN 1 END) AS real_count
    FROM justice.shell_judgment AS j
    JOIN entity.company AS c ON c.uscc = j.uscc AND c.status = '存续'
    GROUP BY j.uscc
    HAVING datediff('day', min(j.effective_on), $as_of) >= $strike_days
)
SELECT
    o.uscc AS subject_id,
    o.effective_on AS occurred_from,
    o.effective_on AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE
        WHEN o.real_count > 0 THEN 'REAL_BUSINESS'
        WHEN EXISTS (SELECT 1 FROM entity.filing AS f WHERE f.uscc = o.uscc AND f.kind = '清算组') THEN 'LIQUIDATING'
        WHEN EXISTS (SELECT 1 FROM entity.filing AS f WHERE f.uscc = o.uscc AND f.kind = '吊销听证') THEN 'HEARING'
        WHEN EXISTS (SELECT 1 FROM entity.filing AS f WHERE f.uscc = o.uscc AND f.kind = '冒名撤销') THEN 'STOLEN_IDENTITY'
    END AS exclusion_code,
    o.case_no,
    o.crime
FROM left_open AS o

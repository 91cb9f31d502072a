-- name: cert_requirement
-- title: 工种应持证书
-- grain: one row per trade, register and category of certificate that the trade needs
-- inputs: cert.trade_category, marts.cert_register
-- materialise: view
-- as_of: when that register was last exported; NULL when none has come.
WITH exported AS (
    SELECT register, max(as_of) AS as_of
    FROM marts.cert_register
    GROUP BY register
)
SELECT t.trade, t.register, t.work_category, e.as_of, 'cert.trade_category' AS source_dataset, t._file, t._row
FROM cert.trade_category AS t
LEFT JOIN exported AS e ON e.register = t.register

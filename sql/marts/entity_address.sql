-- name: entity_address
-- title: 主体与地址对照
-- grain: one row per registered company with an address, and per filing that names an address
-- inputs: entity.company, entity.filing
-- materialise: delta
-- address_key leaves out spaces and punctuation and the last word for a room, so that spellings of one place meet.
WITH written AS (
    SELECT
        '登记' AS source_kind, uscc, address, region_code, status, established_date AS from_date, cancel_date AS to_date,
        'entity.company' AS source_dataset, _file, _row
    FROM entity.company
    UNION ALL
    SELECT
        kind, uscc, address, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), valid_from, valid_to,
        'entity.filing', _file, _row
    FROM entity.filing
)
SELECT
    source_kind,
    uscc,
    regexp_replace(regexp_replace(address, '[^0-9A-Za-z一-龥]', '', 'g'), '(室|房间|房)$', '') AS address_key,
    region_code,
    status,
    from_date,
    to_date,
    source_dataset,
    _file,
    _row
FROM written
WHERE address IS NOT NULL

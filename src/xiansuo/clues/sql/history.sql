-- What this run's clues are against the last standing run. Reads the temp tables clue_found (this run) and clue_before
-- (that run, empty on the first). A clue that is no longer found stays as a row, and stays in every later run.
CREATE TEMP TABLE clue_status AS
SELECT
    f.clue_id,
    CASE
        WHEN p.clue_id IS NULL THEN 'new'
        WHEN p.change = 'withdrawn' THEN 'returned'
        WHEN p.content_hash = f.content_hash THEN 'same'
        ELSE 'changed'
    END AS status
FROM clue_found AS f
LEFT JOIN clue_before AS p ON p.clue_id = f.clue_id
UNION ALL
SELECT p.clue_id, CASE WHEN p.change = 'withdrawn' THEN 'gone' ELSE 'withdrawn' END
FROM clue_before AS p
WHERE NOT EXISTS (SELECT 1 FROM clue_found AS f WHERE f.clue_id = p.clue_id)

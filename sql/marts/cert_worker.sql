-- name: cert_worker
-- title: 工地实名制人员
-- grain: one row per row of the site rosters
-- inputs: cert.site_worker, marts.cert_id_document
-- materialise: delta
-- person_id is the worker's present 18-digit number. is_latest: the person's last entry into a site; of two on one day
-- the one with the smaller roster number.
WITH workers AS (
    SELECT
        w.worker_id, d.person_id, w.name, w.id_type, w.id_no, w.employer_uscc, w.employer_name, w.project_no, w.project_name,
        w.site_region, w.trade, w.enter_date, w.leave_date, w._file, w._row
    FROM cert.site_worker AS w
    LEFT JOIN marts.cert_id_document AS d ON d.id_no = w.id_no
)
SELECT
    worker_id, person_id, name, id_type, id_no, employer_uscc, employer_name, project_no, project_name, site_region, trade,
    enter_date, leave_date,
    row_number() OVER (PARTITION BY person_id ORDER BY enter_date DESC, worker_id) = 1 AS is_latest,  -- unique: worker_id is the key
    'cert.site_worker' AS source_dataset, _file, _row
FROM workers

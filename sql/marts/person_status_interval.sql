-- name: person_status_interval
-- title: 人员状态时段
-- grain: one row per source row that puts a person into a status; an open end is NULL
-- inputs: person.custody, person.death, person.exit_entry, medins.mdtrt_d
-- materialise: delta
-- The collision table of every model: in custody, serving, in hospital, abroad, dead. Both ends belong to the status.
-- A journey ends with the next entry; when the next record is another exit the return was not recorded, and only the
-- day of departure is certain.
WITH custody AS (
    SELECT
        id_number AS person_id,
        CASE WHEN custody_kind = '服刑' THEN '服刑' ELSE '在押' END AS status_kind,
        entry_date AS from_date,
        exit_date AS to_date,
        'person.custody' AS source_dataset,
        _file,
        _row
    FROM person.custody
),
deaths AS (
    SELECT
        id_number AS person_id,
        '死亡' AS status_kind,
        death_date AS from_date,
        CAST(NULL AS DATE) AS to_date,
        'person.death' AS source_dataset,
        _file,
        _row
    FROM person.death
),
border AS (
    SELECT
        id_number,
        direction,
        event_date,
        lead(event_date) OVER (PARTITION BY id_number ORDER BY event_date, direction DESC) AS next_date,
        lead(direction) OVER (PARTITION BY id_number ORDER BY event_date, direction DESC) AS next_direction,
        _file,
        _row
    FROM person.exit_entry
),
journeys AS (
    SELECT
        id_number AS person_id,
        '出境' AS status_kind,
        event_date AS from_date,
        CASE WHEN next_direction = '出境' THEN event_date ELSE next_date END AS to_date,
        'person.exit_entry' AS source_dataset,
        _file,
        _row
    FROM border
    WHERE direction = '出境'
),
stays AS (
    SELECT
        certno AS person_id,
        '住院' AS status_kind,
        CAST(begntime AS DATE) AS from_date,
        CAST(endtime AS DATE) AS to_date,
        'medins.mdtrt_d' AS source_dataset,
        _file,
        _row
    FROM medins.mdtrt_d
    WHERE med_type = '21' AND coalesce(vali_flag, '1') = '1' -- literal: national code of an ordinary inpatient stay
)
SELECT person_id, status_kind, from_date, to_date, source_dataset, _file, _row FROM custody
UNION ALL
SELECT person_id, status_kind, from_date, to_date, source_dataset, _file, _row FROM deaths
UNION ALL
SELECT person_id, status_kind, from_date, to_date, source_dataset, _file, _row FROM journeys
UNION ALL
SELECT person_id, status_kind, from_date, to_date, source_dataset, _file, _row FROM stays

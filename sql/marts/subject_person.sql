-- name: subject_person
-- title: 自然人主题
-- grain: one row per normalised id number that any delivered dataset names
-- inputs: person.resident, person.death, person.custody, person.exit_entry, cert.site_worker, cert.cert_official, medins.setl_d, medins.mdtrt_d
-- materialise: delta
-- The name comes from the source with the lowest priority number; inside one source the smallest name stands, so the
-- row does not depend on the order of deliveries. Gender and birth date are read from the id number when the resident
-- register does not know the person. Foreign and mistyped document numbers of the certificate registers are left out.
WITH named AS (
    SELECT id_number AS person_id, name, 1 AS priority, 'person.resident' AS source FROM person.resident
    UNION ALL
    SELECT id_number, name, 2, 'person.death' FROM person.death
    UNION ALL
    SELECT id_number, name, 3, 'person.custody' FROM person.custody
    UNION ALL
    SELECT id_number, name, 4, 'person.exit_entry' FROM person.exit_entry
    UNION ALL
    SELECT certno, psn_name, 5, 'medins.setl_d' FROM medins.setl_d
    UNION ALL
    SELECT certno, psn_name, 5, 'medins.mdtrt_d' FROM medins.mdtrt_d
    UNION ALL
    SELECT id_no, name, 6, 'cert.site_worker' FROM cert.site_worker
    UNION ALL
    SELECT id_no, name, 7, 'cert.cert_official' FROM cert.cert_official
),
usable AS (
    SELECT person_id, name, priority, source
    FROM named
    WHERE regexp_matches(person_id, '^[1-9][0-9]{16}[0-9X]$')
),
best AS (
    SELECT person_id, min(priority) AS priority
    FROM usable
    WHERE name IS NOT NULL
    GROUP BY person_id
),
names AS (
    SELECT u.person_id, min(u.name) AS name
    FROM usable AS u
    JOIN best AS b ON b.person_id = u.person_id AND b.priority = u.priority
    GROUP BY u.person_id
),
counted AS (
    SELECT person_id, count(DISTINCT source) AS source_count
    FROM usable
    GROUP BY person_id
)
SELECT
    c.person_id,
    n.name,
    coalesce(r.gender, CASE WHEN CAST(substr(c.person_id, 17, 1) AS INTEGER) % 2 = 1 THEN '1' ELSE '2' END) AS gender,
    coalesce(
        r.birth_date,
        TRY_CAST(
            substr(c.person_id, 7, 4) || '-' || substr(c.person_id, 11, 2) || '-' || substr(c.person_id, 13, 2) AS DATE
        )
    ) AS birth_date,
    r.region_code,
    r.address,
    r.phone,
    c.source_count
FROM counted AS c
LEFT JOIN names AS n ON n.person_id = c.person_id
LEFT JOIN person.resident AS r ON r.id_number = c.person_id

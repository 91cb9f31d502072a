SELECT h.hit_id, 'cert.fake_order' AS dataset, o._file, o._row, 'order' AS role
FROM {{hits}} AS h
JOIN cert.fake_order AS o ON o.seller_account = h.subject_id
UNION ALL
SELECT DISTINCT h.hit_id, 'cert.fake_domain', f._file, f._row, 'fake_site'
FROM {{hits}} AS h
JOIN cert.fake_order AS o ON o.seller_account = h.subject_id
JOIN cert.fake_domain AS f ON f.domain = lower(o.site_domain)

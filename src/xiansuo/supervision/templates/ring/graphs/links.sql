-- Links a subject (__link__) to each person behind it; persons carry a prefix, so that the two kinds stay apart.
SELECT __link_subject__ AS left_id, 'person:' || __link_person__ AS right_id
FROM __link__
WHERE __link_subject__ IS NOT NULL

-- name: take!
INSERT INTO erp.probe_address (connection, tenant, entry_date, lot, sublot)
VALUES (:erp_connection, :tenant, :entry_date, :lot, :sublot) ON CONFLICT DO NOTHING;

-- name: taken
SELECT sublot FROM erp.probe_address
 WHERE connection = :erp_connection AND tenant = :tenant AND entry_date = :entry_date AND lot = :lot;

-- name: note_document!
UPDATE erp.probe_address SET documents = array_append(documents, :document)
 WHERE (connection, tenant, entry_date, lot, sublot) = (:erp_connection, :tenant, :entry_date, :lot, :sublot);

-- name: note_emptied!
UPDATE erp.probe_address SET emptied_at = clock_timestamp()
 WHERE (connection, tenant, entry_date, lot, sublot) = (:erp_connection, :tenant, :entry_date, :lot, :sublot);

-- name: left_behind
SELECT tenant, entry_date, lot, sublot, documents FROM erp.probe_address
 WHERE connection = :erp_connection AND btrim(tenant) = btrim(:tenant) AND emptied_at IS NULL ORDER BY taken_at DESC;

-- name: was_posted_to$
SELECT EXISTS (SELECT FROM erp.attempt WHERE lot = :lot);

-- name: lock$
SELECT pg_try_advisory_lock(hashtextextended(:key, 0));

-- name: unlock$
SELECT pg_advisory_unlock(hashtextextended(:key, 0));

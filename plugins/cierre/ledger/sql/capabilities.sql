-- name: save!
INSERT INTO erp.capability (connection, tenant, name, value, evidence)
VALUES (:erp_connection, btrim(:tenant), :name, :value, :evidence)
ON CONFLICT (connection, tenant, name)
DO UPDATE SET value = excluded.value, evidence = excluded.evidence, probed_at = clock_timestamp();

-- name: was_asked$
SELECT EXISTS (SELECT FROM erp.capability WHERE connection = :erp_connection AND name = :name);

-- name: known
-- Of the tenant itself, else of the tenant of the same site that was probed last.
SELECT DISTINCT ON (name) name, value, probed_at
  FROM erp.capability WHERE connection = :erp_connection
 ORDER BY name, tenant = btrim(:tenant) DESC, probed_at DESC;

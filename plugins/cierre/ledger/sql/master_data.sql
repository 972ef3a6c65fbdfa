-- name: note_reading!
INSERT INTO erp.master_reading (connection, tenant, kinds, may_post, knows_tenant, hidden)
VALUES (:erp_connection, btrim(:tenant), :kinds, :may_post, :knows_tenant, :hidden)
ON CONFLICT (connection, tenant) DO UPDATE
   SET kinds = excluded.kinds, may_post = excluded.may_post, knows_tenant = excluded.knows_tenant,
       hidden = excluded.hidden, read_at = clock_timestamp();

-- name: end_changed!
-- Records of the kinds that a reading told and that it showed otherwise, or no more.
UPDATE erp.master_record AS known SET seen_until = clock_timestamp()
 WHERE connection = :erp_connection AND tenant = btrim(:tenant) AND seen_until IS NULL AND kind = ANY(:kinds)
   AND NOT EXISTS (SELECT FROM jsonb_to_recordset(:records) AS told (kind text, code text, name text, facts jsonb)
                    WHERE (told.kind, told.code, told.name, told.facts) = (known.kind, known.code, known.name, known.facts));

-- name: add_new!
INSERT INTO erp.master_record (connection, tenant, kind, code, name, facts)
SELECT :erp_connection, btrim(:tenant), told.kind, told.code, told.name, told.facts
  FROM jsonb_to_recordset(:records) AS told (kind text, code text, name text, facts jsonb)
 WHERE NOT EXISTS (SELECT FROM erp.master_record AS known
                    WHERE known.connection = :erp_connection AND known.tenant = btrim(:tenant)
                      AND known.seen_until IS NULL AND (known.kind, known.code) = (told.kind, told.code));

-- name: reading^
SELECT kinds, may_post, knows_tenant, hidden
  FROM erp.master_reading WHERE connection = :erp_connection AND tenant = btrim(:tenant);

-- name: records
SELECT kind, code, name, facts
  FROM erp.master_record
 WHERE connection = :erp_connection AND tenant = btrim(:tenant) AND seen_until IS NULL AND kind = ANY(:kinds)
 ORDER BY kind, code;

-- name: account_names
SELECT code, name FROM erp.master_record
 WHERE connection = :erp_connection AND tenant = btrim(:tenant) AND seen_until IS NULL AND kind = 'account'
   AND code = ANY(:codes) AND name <> '';

-- name: end_findings!
UPDATE erp.master_finding AS known SET gone_at = clock_timestamp()
 WHERE connection = :erp_connection AND tenant = btrim(:tenant) AND gone_at IS NULL
   AND NOT EXISTS (SELECT FROM jsonb_to_recordset(:findings) AS told (code text, kind text, subject text)
                    WHERE (told.code, told.kind, told.subject) = (known.code, known.kind, known.subject));

-- name: add_findings
INSERT INTO erp.master_finding (connection, tenant, code, kind, subject, facts)
SELECT :erp_connection, btrim(:tenant), told.code, told.kind, told.subject, told.facts
  FROM jsonb_to_recordset(:findings) AS told (code text, kind text, subject text, facts jsonb)
 WHERE NOT EXISTS (SELECT FROM erp.master_finding AS known
                    WHERE known.connection = :erp_connection AND known.tenant = btrim(:tenant)
                      AND known.gone_at IS NULL
                      AND (known.code, known.kind, known.subject) = (told.code, told.kind, told.subject))
RETURNING finding_id;

-- name: findings
-- What is found of tenants now.
SELECT finding_id, connection, tenant, code, kind, subject, facts, found_at
  FROM erp.master_finding
 WHERE gone_at IS NULL AND (connection, tenant) IN (SELECT * FROM unnest(:connections::text[], :tenants::text[]))
 ORDER BY connection, tenant, code, kind, subject;

-- name: standing
-- Of findings, those that are found now.
SELECT finding_id, connection, tenant, code, kind, subject, facts, found_at
  FROM erp.master_finding
 WHERE gone_at IS NULL AND finding_id = ANY(:finding_ids)
 ORDER BY connection, tenant, code, kind, subject;

-- name: add_key$
INSERT INTO served.key (company, client, sha256, made_by) VALUES (:company, :client, :sha256, :made_by)
RETURNING key_id;

-- name: key_of^
-- The key that hashes to this, unless it was revoked.
SELECT key_id, company, client FROM served.key
 WHERE sha256 = :sha256 AND NOT EXISTS (SELECT FROM served.key_revoked WHERE key_revoked.key_id = key.key_id);

-- name: keys
SELECT key_id, company, client, made_by, made_at, revoked_by, revoked_at
  FROM served.key LEFT JOIN served.key_revoked USING (key_id) ORDER BY key_id;

-- name: revoke$
-- Null where there is no such key, or it was revoked before.
INSERT INTO served.key_revoked (key_id, revoked_by)
SELECT key_id, :revoked_by FROM served.key WHERE key_id = :key_id
    ON CONFLICT (key_id) DO NOTHING RETURNING key_id;

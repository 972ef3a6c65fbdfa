-- name: keep_body!
INSERT INTO landing.body (sha256, body) VALUES (:sha256, :body) ON CONFLICT DO NOTHING;

-- name: add_snapshot<!
INSERT INTO landing.snapshot (source, connection, source_key, business_date, asked, received_at, sha256)
VALUES (:source, :connection, :source_key, :business_date, :asked, :received_at, :sha256)
RETURNING snapshot_id;

-- name: latest_snapshot^
SELECT snapshot_id, source, connection, source_key, business_date, asked, received_at, sha256, body
  FROM landing.snapshot JOIN landing.body USING (sha256)
 WHERE source = :source AND connection = :connection AND source_key = :source_key AND business_date = :business_date
 ORDER BY snapshot_id DESC LIMIT 1;

-- name: control_totals
SELECT kind, form, rows, net FROM landing.control_total WHERE snapshot_id = :snapshot_id ORDER BY kind, form;

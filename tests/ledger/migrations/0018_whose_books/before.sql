-- A day landed for all boxes of a connection together.
INSERT INTO landing.snapshot (source, connection, source_key, business_date, asked, received_at, sha256)
SELECT 'bsale', 'bsale_t', '*', '2026-11-21', '{}', '2026-11-22', sha256 FROM landing.body LIMIT 1;
INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest)
SELECT 't_b', '2026-11-21', 1, snapshot_id, 'bsale_chile', 'm', 'd' FROM landing.snapshot WHERE source = 'bsale';

-- name: plainly
-- As links are hashed: instants in UTC, dates as ISO has them.
SELECT set_config('TimeZone', 'UTC', true) AS zone, set_config('DateStyle', 'ISO', true) AS dates;

-- name: chains
-- Every chain, link by link.
SELECT box, seal, what, subject, content, previous, hash, sealed_at, late FROM ledger.seal
 ORDER BY box COLLATE "C", seal;

-- name: since
-- The links of boxes' chains, chain by chain: from the first one that was written at an instant or later, at least the
-- last one.
SELECT seal.box, seal, what, subject, content, previous, hash, sealed_at, late
  FROM unnest(CAST(:boxes AS text[])) AS chain (box)
 CROSS JOIN LATERAL (SELECT coalesce(min(own.seal) FILTER (WHERE own.sealed_at >= :since), max(own.seal)) AS first
                       FROM ledger.seal AS own WHERE own.box = chain.box) AS begin
  JOIN ledger.seal ON seal.box = chain.box AND seal.seal >= begin.first
 ORDER BY seal.box COLLATE "C", seal.seal;

-- name: kinds
SELECT DISTINCT what FROM ledger.seal ORDER BY what;

-- name: of_kind
-- The links of a kind, subject by subject.
SELECT box, seal, subject, content FROM ledger.seal WHERE what = :what ORDER BY subject, box COLLATE "C", seal;

-- name: heads
-- The last link of every chain, or of the chains of some boxes.
SELECT DISTINCT ON (box) box, seal AS links, hash FROM ledger.seal
 WHERE CAST(:boxes AS text[]) IS NULL OR box = ANY(:boxes)
 ORDER BY box, seal DESC;

-- name: hash_of$
SELECT hash FROM ledger.seal WHERE box = :box AND seal = :seal;

-- name: described$
-- The values of what is said of a subject (DESCRIBED in seals.py), in their order.
SELECT CASE CAST(:what AS text)
    WHEN 'snapshot' THEN (SELECT ARRAY[source_key, connection, business_date::text]
                            FROM landing.snapshot WHERE snapshot_id = :subject)
    WHEN 'certificate' THEN (SELECT ARRAY[snapshot_id::text, business_date::text]
                               FROM landing.snapshot WHERE snapshot_id = :subject)
    WHEN 'quarantine' THEN ARRAY[CAST(:subject AS bigint)::text]
    WHEN 'books' THEN (SELECT ARRAY[revision::text, business_date::text]
                         FROM ledger.revision WHERE revision_id = :subject)
    WHEN 'entry' THEN (SELECT ARRAY[entry_key] FROM ledger.entry WHERE entry_id = :subject)
    WHEN 'question' THEN (SELECT ARRAY[reason, business_date::text] FROM ledger.approval WHERE approval_id = :subject)
    WHEN 'answer' THEN (SELECT ARRAY[reason, business_date::text] FROM ledger.approval WHERE approval_id = :subject)
    WHEN 'reconciliation' THEN (SELECT ARRAY[business_date::text] FROM reconciliation.run WHERE run_id = :subject)
    WHEN 'identity' THEN ARRAY[CAST(:subject AS bigint)::text]
    WHEN 'late change' THEN (SELECT ARRAY[business_date::text] FROM ledger.late_change WHERE change_id = :subject)
    WHEN 'look' THEN (SELECT ARRAY[business_date::text] FROM ledger.look WHERE look_id = :subject)
    WHEN 'tie out' THEN (SELECT ARRAY[tenant, month::text] FROM ledger.tie_out WHERE tie_out_id = :subject)
    WHEN 'doubt' THEN (SELECT ARRAY[document, lot] FROM erp.doubt WHERE doubt_id = :subject)
    WHEN 'takeover' THEN (SELECT ARRAY[lot] FROM erp.takeover WHERE takeover_id = :subject)
    WHEN 'capability' THEN (SELECT ARRAY[name, connection] FROM erp.capability WHERE capability_id = :subject)
    WHEN 'conversion' THEN (SELECT ARRAY[left(sha256, 12)] FROM personal.conversion WHERE conversion_id = :subject)
    WHEN 'erasure' THEN (SELECT ARRAY[erased_by, erased_at::date::text] FROM personal.erasure
                          WHERE erasure_id = :subject)
    WHEN 'sign off' THEN (SELECT ARRAY[company, to_char(month, 'YYYY-MM'), signed_by]
                            FROM ledger.sign_off WHERE sign_off_id = :subject)
    WHEN 'revocation' THEN (SELECT ARRAY[revoked_by, revoked_at::date::text] FROM ledger.revocation
                             WHERE sign_off_id = :subject)
    WHEN 'audit' THEN (SELECT ARRAY[read_at::date::text] FROM ledger.audit WHERE audit_id = :subject)
    ELSE (SELECT ARRAY[entry_key, concat_ws('/', attempt.lot, sublot, document), attempt.entry_date::text]
            FROM erp.attempt JOIN ledger.entry USING (entry_id) WHERE attempt_id = :subject)
END;

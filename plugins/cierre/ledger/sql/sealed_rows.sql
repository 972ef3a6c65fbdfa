-- The rows that each kind of link is about, as they are. Every statement gives the subject's number and its chain (null:
-- whichever has the subject) before the columns that are sealed, in the order of subjects, then of chains byte by byte.

-- name: bodies
SELECT sha256, answer, body.personal_values, body, body_was, body_became
  FROM landing.body LEFT JOIN personal.conversion USING (sha256);

-- name: snapshot
SELECT snapshot_id AS subject, box AS chain, snapshot.*
  FROM landing.snapshot JOIN landing.body USING (sha256)
  JOIN (SELECT box, snapshot_id FROM landing.taken UNION SELECT box, snapshot_id FROM ledger.revision) AS taken
       USING (snapshot_id)
 ORDER BY snapshot_id, box COLLATE "C";

-- name: snapshot_body
SELECT snapshot_id AS subject, box AS chain, sha256
  FROM landing.snapshot JOIN landing.body USING (sha256)
  JOIN (SELECT box, snapshot_id FROM landing.taken UNION SELECT box, snapshot_id FROM ledger.revision) AS taken
       USING (snapshot_id)
 ORDER BY snapshot_id, box COLLATE "C";

-- name: certificate
SELECT snapshot_id AS subject, box AS chain, taken.* FROM landing.taken ORDER BY snapshot_id, box COLLATE "C";

-- name: certificate_total
SELECT snapshot_id AS subject, box AS chain, own.* FROM landing.control_total AS own
 ORDER BY snapshot_id, box COLLATE "C", kind, form;

-- name: certificate_claim
SELECT snapshot_id AS subject, box AS chain, own.* FROM landing.claim AS own ORDER BY snapshot_id, box COLLATE "C", claim;

-- name: quarantine
SELECT to_char(business_date, 'YYYYMMDD')::bigint AS subject, box AS chain, day.* FROM staging.day
 ORDER BY business_date, box COLLATE "C";

-- name: quarantine_row
-- Without the source's row, which is personal and stands in the landed text.
SELECT to_char(business_date, 'YYYYMMDD')::bigint AS subject, box AS chain,
       box, business_date, place, kind, form, reason, message, net, blocking, currency
  FROM staging.quarantined ORDER BY business_date, box COLLATE "C", place, reason;

-- name: books
SELECT revision_id AS subject, box AS chain, revision.* FROM ledger.revision ORDER BY revision_id;

-- name: entry
SELECT entry_id AS subject, box AS chain, entry.* FROM ledger.entry ORDER BY entry_id;

-- name: entry_line
SELECT entry_id AS subject, NULL AS chain, line.* FROM ledger.line ORDER BY entry_id, line;

-- name: entry_source
SELECT entry_id AS subject, NULL AS chain, source.* FROM ledger.line_source AS source
 ORDER BY entry_id, line, document_key, component, amount, place;

-- name: entry_documents
-- Each row as one text.
SELECT entry_id AS subject, NULL AS chain,
       ROW (entry_id, line, side, part, kind, form, component, turned, document_keys, amounts, foreign_amounts, places)::text AS said
  FROM ledger.line_documents ORDER BY entry_id, line, part;

-- name: question
SELECT approval_id AS subject, box AS chain,
       approval_id, box, business_date, revision_id, reason, asked, asked_in, asked_at
  FROM ledger.approval ORDER BY approval_id;

-- name: answer
SELECT approval_id AS subject, box AS chain, approval.* FROM ledger.approval WHERE decision IS NOT NULL
 ORDER BY approval_id;

-- name: attempt
-- All but verified_at, which every reading back sets.
SELECT attempt_id AS subject, box AS chain, attempt.*
  FROM erp.attempt JOIN ledger.entry USING (entry_id) WHERE state <> 'claimed' ORDER BY attempt_id;

-- name: posting
SELECT attempt_id AS subject, box AS chain,
       entry_id, attempt.tenant, attempt.entry_date, attempt.lot, sublot, document
  FROM erp.attempt JOIN ledger.entry USING (entry_id) WHERE state IN ('confirmed', 'withdrawn') ORDER BY attempt_id;

-- name: withdrawal
SELECT attempt_id AS subject, box AS chain,
       entry_id, attempt.tenant, attempt.entry_date, attempt.lot, sublot, document, outcome
  FROM erp.attempt JOIN ledger.entry USING (entry_id) WHERE state = 'withdrawn' ORDER BY attempt_id;

-- name: reconciliation
SELECT run_id AS subject, box AS chain, run.* FROM reconciliation.run ORDER BY run_id;

-- name: reconciliation_comparison
SELECT run_id AS subject, NULL AS chain, own.* FROM reconciliation.comparison AS own ORDER BY run_id, comparison;

-- name: reconciliation_difference
SELECT run_id AS subject, NULL AS chain, own.* FROM reconciliation.line_difference AS own ORDER BY run_id, difference;

-- name: identity
SELECT version::bigint AS subject, box AS chain, own.* FROM ledger.cash_box AS own ORDER BY version, box COLLATE "C";

-- name: late_change
SELECT change_id AS subject, box AS chain, own.* FROM ledger.late_change AS own ORDER BY change_id;

-- name: look
SELECT look_id AS subject, box AS chain, own.* FROM ledger.look AS own ORDER BY look_id;

-- name: look_change
SELECT look_id AS subject, NULL AS chain, own.* FROM ledger.look_change AS own ORDER BY look_id, change;

-- name: tie_out
SELECT tie_out_id AS subject, '*' AS chain, own.* FROM ledger.tie_out AS own ORDER BY tie_out_id;

-- name: tie_out_account
SELECT tie_out_id AS subject, '*' AS chain, own.* FROM ledger.tie_out_account AS own
 ORDER BY tie_out_id, account COLLATE "C", currency COLLATE "C";

-- name: tie_out_finding
SELECT tie_out_id AS subject, '*' AS chain, own.* FROM ledger.tie_out_finding AS own ORDER BY tie_out_id, finding;

-- name: mapping_proposal
SELECT proposal_id AS subject, '*' AS chain, own.* FROM ledger.mapping_proposal AS own ORDER BY proposal_id;

-- name: mapping_decision
SELECT proposal_id AS subject, '*' AS chain, own.* FROM ledger.mapping_decision AS own ORDER BY proposal_id;

-- name: mapping_write
SELECT proposal_id AS subject, '*' AS chain, own.* FROM ledger.mapping_write AS own ORDER BY proposal_id;

-- name: doubt
SELECT doubt_id AS subject, '*' AS chain, own.* FROM erp.doubt AS own ORDER BY doubt_id;

-- name: takeover
SELECT takeover_id AS subject, '*' AS chain, own.* FROM erp.takeover AS own ORDER BY takeover_id;

-- name: capability
SELECT capability_id AS subject, '*' AS chain, own.* FROM erp.capability AS own ORDER BY capability_id;

-- name: conversion
SELECT conversion_id AS subject, '*' AS chain, own.* FROM personal.conversion AS own ORDER BY conversion_id;

-- name: erasure
SELECT erasure_id AS subject, '*' AS chain, own.* FROM personal.erasure AS own ORDER BY erasure_id;

-- name: erasure_row
SELECT erasure_id AS subject, '*' AS chain, sha256, number, size FROM personal.row WHERE erasure_id IS NOT NULL
 ORDER BY erasure_id, sha256 COLLATE "C", number;

-- name: sign_off
SELECT sign_off_id AS subject, '*' AS chain, own.* FROM ledger.sign_off AS own ORDER BY sign_off_id;

-- name: sign_off_day
SELECT sign_off_id AS subject, '*' AS chain, own.* FROM ledger.signed_day AS own
 ORDER BY sign_off_id, box COLLATE "C", business_date;

-- name: sign_off_head
SELECT sign_off_id AS subject, '*' AS chain, own.* FROM ledger.signed_head AS own ORDER BY sign_off_id, box COLLATE "C";

-- name: revocation
SELECT sign_off_id AS subject, '*' AS chain, own.* FROM ledger.revocation AS own ORDER BY sign_off_id;

-- name: audit
SELECT audit_id AS subject, '*' AS chain, own.* FROM ledger.audit AS own ORDER BY audit_id;

-- name: statement
SELECT statement_id AS subject, '*' AS chain, statement_id, company, format, account, currency, first_day, last_day,
       opening, closing, sha256, taken_by, taken_at
  FROM landing.statement ORDER BY statement_id;

-- name: statement_line
SELECT statement_id AS subject, '*' AS chain, own.* FROM landing.statement_line AS own ORDER BY statement_id, line;

-- name: settlement
SELECT settlement_id AS subject, '*' AS chain, settlement_id, company, format, acquirer, currency, first_day, last_day,
       declared, sha256, taken_by, taken_at
  FROM landing.settlement ORDER BY settlement_id;

-- name: settlement_line
SELECT settlement_id AS subject, '*' AS chain, own.* FROM landing.settlement_line AS own ORDER BY settlement_id, line;

-- name: match
SELECT match_id AS subject, '*' AS chain, own.* FROM ledger.match AS own ORDER BY match_id;

-- name: match_booked
SELECT match_id AS subject, '*' AS chain, own.* FROM ledger.match_booked AS own
 ORDER BY match_id, box COLLATE "C", business_date, currency, form COLLATE "C";

-- name: match_arrived
SELECT match_id AS subject, '*' AS chain, own.* FROM ledger.match_arrived AS own ORDER BY match_id, statement_id, line;

-- name: match_undone
SELECT match_id AS subject, '*' AS chain, own.* FROM ledger.match_undone AS own ORDER BY match_id;

-- name: arrival_owner
SELECT note_id AS subject, '*' AS chain, own.* FROM ledger.arrival_owner AS own ORDER BY note_id;

-- name: add$
INSERT INTO ledger.mapping_proposal (mapping, file_sha256, changes, question, what_if, proposed_by)
VALUES (:mapping, :file_sha256, :changes, :question, :what_if, :proposed_by) RETURNING proposal_id;

-- name: decide$
-- Null where somebody decided before.
INSERT INTO ledger.mapping_decision (proposal_id, decision, decided_by, four_eyes, comment)
VALUES (:proposal_id, :decision, :decided_by, :four_eyes, :comment)
    ON CONFLICT (proposal_id) DO NOTHING RETURNING proposal_id;

-- name: note_write!
INSERT INTO ledger.mapping_write (proposal_id, how, file_sha256, mapping_digest, commit)
VALUES (:proposal_id, :how, :file_sha256, :mapping_digest, :commit)
    ON CONFLICT (proposal_id) DO NOTHING;

-- name: lock_mapping$
-- Until the transaction ends, nobody else writes this mapping's file for the board.
SELECT pg_advisory_xact_lock(hashtextextended('mapping file ' || :mapping, 0)) IS NOT NULL AS locked;

-- name: proposal^
SELECT proposal_id, mapping, proposal.file_sha256, changes, question, what_if, proposed_by, proposed_at, decision,
       decided_by, four_eyes, comment, decided_at, how, written.file_sha256 AS written_sha256, mapping_digest, commit,
       written_at
  FROM ledger.mapping_proposal AS proposal
  LEFT JOIN ledger.mapping_decision USING (proposal_id) LEFT JOIN ledger.mapping_write AS written USING (proposal_id)
 WHERE proposal_id = :proposal_id;

-- name: proposals_of
-- The newest of some mappings.
SELECT proposal_id, mapping, proposal.file_sha256, changes, question, what_if, proposed_by, proposed_at, decision,
       decided_by, four_eyes, comment, decided_at, how, written.file_sha256 AS written_sha256, mapping_digest, commit,
       written_at
  FROM ledger.mapping_proposal AS proposal
  LEFT JOIN ledger.mapping_decision USING (proposal_id) LEFT JOIN ledger.mapping_write AS written USING (proposal_id)
 WHERE mapping = ANY(:mappings)
 ORDER BY proposal_id DESC LIMIT :most;

-- name: proposals_of_other_files
-- The newest for files that are no mapping's.
SELECT proposal_id, mapping, proposal.file_sha256, changes, question, what_if, proposed_by, proposed_at, decision,
       decided_by, four_eyes, comment, decided_at, how, written.file_sha256 AS written_sha256, mapping_digest, commit,
       written_at
  FROM ledger.mapping_proposal AS proposal
  LEFT JOIN ledger.mapping_decision USING (proposal_id) LEFT JOIN ledger.mapping_write AS written USING (proposal_id)
 WHERE starts_with(mapping, 'cash_boxes/') OR mapping IN ('companies.yaml', 'periods.yaml')
 ORDER BY proposal_id DESC LIMIT :most;

-- name: versions
-- The versions of a mapping that booked days of some boxes, newest first, by the day on which each was first used.
SELECT mapping_digest, min(frozen_at) AS first_used_at, count(DISTINCT (box, business_date)) AS days,
       min(business_date) AS first_day, max(business_date) AS last_day
  FROM ledger.revision
 WHERE mapping = :mapping AND box = ANY(:boxes)
 GROUP BY mapping_digest ORDER BY min(frozen_at) DESC LIMIT :most;

-- name: used
-- Staged documents from a day on by the value of an attribute: how many, their money, on how many days, the last one.
SELECT coalesce(attributes ->> :by, '') AS value, currency, count(*) AS documents, sum(net) AS net,
       count(DISTINCT (box, business_date)) AS days, max(business_date) AS last_day
  FROM staging.document
 WHERE box = ANY(:boxes) AND business_date >= :since
 GROUP BY 1, 2 ORDER BY 1, 2;

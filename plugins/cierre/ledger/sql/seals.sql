-- name: chains
-- Every box's chain, with what each seal's subject says now.
SELECT box, seal, what, subject, content, previous, hash, sealed_at, ledger.content_of(what, subject) AS content_now
  FROM ledger.seal ORDER BY box, seal;

-- name: unsealed
-- What stands in the books without a seal: slipped in past the triggers.
SELECT box, 'snapshot' AS what, snapshot_id AS subject
  FROM (SELECT box, snapshot_id FROM landing.taken UNION SELECT box, snapshot_id FROM ledger.revision) AS taken
 WHERE NOT EXISTS (SELECT FROM ledger.seal WHERE seal.box = taken.box AND what = 'snapshot' AND subject = snapshot_id)
UNION ALL
SELECT box, 'books', revision_id FROM ledger.revision
 WHERE NOT EXISTS (SELECT FROM ledger.seal WHERE seal.box = revision.box AND what = 'books' AND subject = revision_id)
UNION ALL
SELECT box, 'entry', entry_id FROM ledger.entry
 WHERE NOT EXISTS (SELECT FROM ledger.seal WHERE seal.box = entry.box AND what = 'entry' AND subject = entry_id)
UNION ALL
SELECT box, 'posting', attempt_id FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE state IN ('confirmed', 'withdrawn')
   AND NOT EXISTS (SELECT FROM ledger.seal WHERE seal.box = entry.box AND what = 'posting' AND subject = attempt_id)
UNION ALL
SELECT box, 'withdrawal', attempt_id FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE state = 'withdrawn'
   AND NOT EXISTS (SELECT FROM ledger.seal WHERE seal.box = entry.box AND what = 'withdrawal' AND subject = attempt_id)
 ORDER BY 1, 2, 3;

-- name: described$
SELECT CASE CAST(:what AS text)
    WHEN 'snapshot' THEN (SELECT concat(source_key, ' of ', connection, ', ', business_date)
                            FROM landing.snapshot WHERE snapshot_id = :subject)
    WHEN 'books' THEN (SELECT concat('revision ', revision, ' of ', business_date)
                         FROM ledger.revision WHERE revision_id = :subject)
    WHEN 'entry' THEN (SELECT entry_key FROM ledger.entry WHERE entry_id = :subject)
    ELSE (SELECT concat(entry_key, ' at ', concat_ws('/', attempt.lot, sublot, document), ' of ', attempt.entry_date)
            FROM erp.attempt JOIN ledger.entry USING (entry_id) WHERE attempt_id = :subject)
END;

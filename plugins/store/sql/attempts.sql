-- name: claim^
INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until)
VALUES (:entry_id, :tenant, :entry_date, :lot, :sublot, :worker,
        erp.clock(), erp.clock() + make_interval(secs => :lease_seconds))
RETURNING attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome;

-- name: addresses_used$
SELECT count(*)::int FROM erp.attempt WHERE tenant = :tenant AND entry_date = :entry_date AND lot = :lot;

-- name: confirm!
UPDATE erp.attempt SET state = 'confirmed', document = :document, outcome = 'acknowledged', decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: doom!
UPDATE erp.attempt SET state = 'doomed', outcome = :outcome, decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: reject!
UPDATE erp.attempt SET state = 'rejected', outcome = :outcome, decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: withdraw!
UPDATE erp.attempt SET state = 'withdrawn', outcome = :outcome, decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'confirmed';

-- name: clock$
SELECT erp.clock();

-- name: note_reaped!
-- By when the ERP was asked: what executed while a slow run was still noting it has not been looked for.
UPDATE erp.attempt SET reaped_at = greatest(reaped_at, coalesce(CAST(:asked_at AS timestamptz), erp.clock())),
       reaps = reaps + 1, removed = removed + :removed
 WHERE attempt_id = :attempt_id AND state IN ('rejected', 'doomed');

-- name: due_for_reap
-- A request can execute long after it was given up, so an address is emptied again 5 minutes, 1 hour and 1 day later.
-- By times, not by a count: two sweeps at once, or a last call in between, must not use up the later ones.
SELECT attempt_id, entry_id, attempt.tenant, attempt.entry_date, attempt.lot, sublot, state, lease_until, document,
       outcome, box
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE state IN ('rejected', 'doomed')
   AND (reaped_at IS NULL
        OR EXISTS (SELECT FROM unnest(ARRAY['5 minutes', '1 hour', '1 day']::interval[]) AS late
                    WHERE reaped_at < decided_at + late AND decided_at + late <= erp.clock()))
 ORDER BY attempt_id;

-- name: not_reaped_since
-- Given-up addresses of a box on dates of a period, not emptied since an instant.
SELECT attempt_id, entry_id, attempt.tenant, attempt.entry_date, attempt.lot, sublot, state, lease_until, document,
       outcome, box
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE state IN ('rejected', 'doomed') AND box = :box AND attempt.entry_date BETWEEN :first AND :last
   AND (reaped_at IS NULL OR reaped_at < :since)
 ORDER BY attempt_id;

-- name: abandoned
-- Claims whose lease ran out five minutes ago and that no run has taken up.
SELECT attempt_id, entry_id, attempt.tenant, attempt.entry_date, attempt.lot, sublot, state, lease_until, document,
       outcome, box, business_date
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE state = 'claimed' AND lease_until < erp.clock() - interval '5 minutes'
 ORDER BY attempt_id;

-- name: attempts_of
SELECT attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome
  FROM erp.attempt WHERE entry_id = :entry_id ORDER BY attempt_id;

-- name: unreaped
SELECT attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome
  FROM erp.attempt WHERE entry_id = :entry_id AND state IN ('rejected', 'doomed') AND reaped_at IS NULL
 ORDER BY attempt_id;

-- name: seconds_of_lease_left$
SELECT greatest(0, extract(epoch FROM lease_until - erp.clock()))::float
  FROM erp.attempt WHERE attempt_id = :attempt_id;

-- name: claim^
-- The next free sublot of the box's lot on that date, leased; nobody else can be given the same address.
INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until)
SELECT :entry_id, :tenant, :entry_date, :lot, to_char(coalesce(max(sublot::int), 0) + 1, 'FM000'), :worker,
       erp.clock(), erp.clock() + make_interval(secs => :lease_seconds)
  FROM erp.attempt WHERE tenant = :tenant AND entry_date = :entry_date AND lot = :lot
HAVING coalesce(max(sublot::int), 0) < 999
RETURNING attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome;

-- name: confirm!
UPDATE erp.attempt SET state = 'confirmed', document = :document, outcome = 'acknowledged', decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: doom!
UPDATE erp.attempt SET state = 'doomed', outcome = :outcome, decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: reject!
UPDATE erp.attempt SET state = 'rejected', outcome = :outcome, decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: note_reaped!
UPDATE erp.attempt SET reaped_at = erp.clock() WHERE attempt_id = :attempt_id AND state IN ('rejected', 'doomed');

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

-- name: claim^
INSERT INTO erp.attempt (entry_id, site, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until, takes_back)
SELECT :entry_id, :site, :tenant, :entry_date, :lot, :sublot, :worker,
       erp.clock(), erp.clock() + make_interval(secs => :lease_seconds), reverses
  FROM ledger.entry WHERE entry_id = :entry_id
RETURNING attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome, site, answered, reaped_at, deleting_since, adopted_at, worker;

-- name: give_up^
-- An address to which nothing is sent, given up from the start; none where it is on record already.
INSERT INTO erp.attempt (entry_id, site, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until, state,
                         decided_at, outcome, answered, takes_back)
SELECT :entry_id, :site, :tenant, :entry_date, :lot, :sublot, :worker, erp.clock(), erp.clock(), 'doomed',
       erp.clock(), :outcome, :answered, reverses
  FROM ledger.entry WHERE entry_id = :entry_id
    ON CONFLICT DO NOTHING
RETURNING attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome, site, answered, reaped_at, deleting_since, adopted_at, worker;

-- name: emptied_by
-- Addresses that are emptied because their lot was taken over; nothing was ever sent to them.
SELECT attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome, site, answered, reaped_at, deleting_since, adopted_at, worker, removed
  FROM erp.attempt
 WHERE tenant = :tenant AND entry_date = :entry_date AND lot = :lot AND worker = :worker
   AND coalesce(attempt.site, CAST(:site AS text)) IS NOT DISTINCT FROM :site
 ORDER BY attempt_id;

-- name: sublots_used
-- At a site. Attempts before sites were kept count as its own.
SELECT sublot FROM erp.attempt
 WHERE tenant = :tenant AND entry_date = :entry_date AND lot = :lot
   AND coalesce(attempt.site, CAST(:site AS text)) IS NOT DISTINCT FROM :site;

-- name: at_place
-- All attempts in a lot on an ERP date at a site, whichever day of which box they are of.
SELECT attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome, site, answered, reaped_at, deleting_since, adopted_at, worker
  FROM erp.attempt
 WHERE tenant = :tenant AND entry_date = :entry_date AND lot = :lot
   AND coalesce(attempt.site, CAST(:site AS text)) IS NOT DISTINCT FROM :site;

-- name: lot_was_posted_to$
-- Whether anything was ever sent to a lot at a site.
SELECT EXISTS (SELECT FROM erp.attempt WHERE tenant = :tenant AND lot = :lot
                  AND coalesce(attempt.site, CAST(:site AS text)) IS NOT DISTINCT FROM :site);

-- name: lot_is_ours$
-- Whether an unused address of the lot was answered with the first number at a site, and nothing there is in doubt.
SELECT EXISTS (SELECT FROM erp.attempt WHERE tenant = :tenant AND lot = :lot AND state IN ('confirmed', 'withdrawn')
                  AND coalesce(attempt.site, CAST(:site AS text)) IS NOT DISTINCT FROM :site)
       AND NOT EXISTS (SELECT FROM erp.doubt
                        WHERE doubt.site = coalesce(:site, '') AND doubt.tenant = :tenant AND doubt.lot = :lot
                          AND NOT EXISTS (SELECT FROM erp.takeover
                                           WHERE takeover.site = doubt.site AND takeover.tenant = doubt.tenant
                                             AND takeover.lot = doubt.lot AND through >= doubt.entry_date));

-- name: confirm!
UPDATE erp.attempt SET state = 'confirmed', document = :document, outcome = :outcome, decided_at = erp.clock(),
       signature = :signature, adopted_at = CASE WHEN :found THEN erp.clock() END
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: doom!
UPDATE erp.attempt SET state = 'doomed', outcome = :outcome, answered = :answered, decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: reject!
UPDATE erp.attempt SET state = 'rejected', outcome = :outcome, decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'claimed';

-- name: withdraw!
UPDATE erp.attempt SET state = 'withdrawn', outcome = coalesce(CAST(:outcome AS jsonb), outcome), decided_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state = 'confirmed';

-- name: adopt!
-- A request that was given up was carried out after all, where it can no longer be deleted. A delete may be late from now.
UPDATE erp.attempt SET state = 'confirmed', document = :document, outcome = :outcome, decided_at = erp.clock(),
       adopted_at = erp.clock(), reaped_at = NULL, signature = :signature
 WHERE attempt_id = :attempt_id AND state IN ('rejected', 'doomed');

-- name: begin_to_delete!
UPDATE erp.attempt SET deleting_since = erp.clock(), outcome = :why
 WHERE attempt_id = :attempt_id AND state = 'confirmed' AND deleting_since IS NULL;

-- name: keep_after_all!
-- A reversal whose delete is in doubt is not watched: what was only found is left where a correction is undone.
UPDATE erp.attempt
   SET deleting_since = NULL, outcome = :outcome,
       adopted_at = CASE WHEN :in_doubt AND takes_back IS NULL THEN erp.clock() ELSE adopted_at END,
       decided_at = CASE WHEN :in_doubt AND takes_back IS NULL THEN erp.clock() ELSE decided_at END,
       reaped_at = CASE WHEN :in_doubt AND takes_back IS NULL THEN NULL ELSE reaped_at END
 WHERE attempt_id = :attempt_id AND state = 'confirmed';

-- name: clock$
SELECT erp.clock();

-- name: note_reaped!
-- By when the ERP was asked: what executed while a slow run was still noting it has not been looked for.
UPDATE erp.attempt SET reaped_at = greatest(reaped_at, coalesce(CAST(:asked_at AS timestamptz), erp.clock())),
       reaps = reaps + 1, removed = removed + :removed
 WHERE attempt_id = :attempt_id AND (state IN ('rejected', 'doomed') OR adopted_at IS NOT NULL);

-- name: note_nothing_left!
-- A refusal left nothing as far as it says itself; whether that is so is looked at again by the sweeps.
UPDATE erp.attempt SET reaped_at = erp.clock()
 WHERE attempt_id = :attempt_id AND state IN ('rejected', 'doomed') AND reaped_at IS NULL;

-- name: due_for_reap
-- A request can execute long after it was given up, so an address is emptied again 5 minutes, 1 hour and 1 day later;
-- so is that of an adopted document, which stays, for two days at most: where it cannot be read, that is told as long.
-- By times, not by a count: two sweeps at once, or a last call in between, must not use up the later ones.
SELECT attempt_id, entry_id, attempt.tenant, attempt.entry_date, attempt.lot, sublot, state, lease_until, document,
       outcome, attempt.site, answered, reaped_at, deleting_since, adopted_at, worker, box
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE (state IN ('rejected', 'doomed') OR adopted_at IS NOT NULL)
   AND (reaped_at IS NULL
        OR EXISTS (SELECT FROM unnest(ARRAY['5 minutes', '1 hour', '1 day']::interval[]) AS late
                    WHERE reaped_at < decided_at + late AND decided_at + late <= erp.clock()))
   AND (adopted_at IS NULL OR erp.clock() < adopted_at + interval '2 days')
 ORDER BY attempt_id;

-- name: not_reaped_since
-- Addresses of a box on dates of a period that were given up, or whose document was adopted, not emptied since an instant.
SELECT attempt_id, entry_id, attempt.tenant, attempt.entry_date, attempt.lot, sublot, state, lease_until, document,
       outcome, attempt.site, answered, reaped_at, deleting_since, adopted_at, worker, box
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE (state IN ('rejected', 'doomed') OR adopted_at IS NOT NULL) AND box = :box AND attempt.entry_date BETWEEN :first AND :last
   AND (reaped_at IS NULL OR reaped_at < :since)
 ORDER BY attempt_id;

-- name: abandoned
-- Claims whose lease ran out five minutes ago and that no run has taken up; an hour where another server's clock dated
-- them, which may have shown another time.
SELECT attempt_id, entry_id, attempt.tenant, attempt.entry_date, attempt.lot, sublot, state, lease_until, document,
       outcome, attempt.site, answered, reaped_at, deleting_since, adopted_at, worker, box, business_date
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE state = 'claimed'
   AND lease_until < erp.clock() - CASE server_started WHEN erp.server_started() THEN interval '5 minutes'
                                                       ELSE interval '1 hour' END
 ORDER BY attempt_id;

-- name: attempts_of
SELECT attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome,
       site, answered, reaped_at, deleting_since, adopted_at, worker
  FROM erp.attempt WHERE entry_id = :entry_id ORDER BY attempt_id;

-- name: lease^
-- Seconds that are left of it, and, where another server's clock dated it, so that what is left is not known, its whole
-- length, counted from this server's start: a run that waits, and is woken to ask again, must come to an end.
SELECT greatest(0, extract(epoch FROM lease_until - erp.clock()))::float AS seconds_left,
       CASE server_started WHEN erp.server_started() THEN NULL
                           ELSE greatest(0, extract(epoch FROM lease_until - claimed_at
                                    - CASE WHEN erp.server_started() > claimed_at THEN erp.clock() - erp.server_started()
                                           ELSE interval '0' END))::float END AS whole_if_unknown
  FROM erp.attempt WHERE attempt_id = :attempt_id;

-- name: posted
-- At the box's present site: what another site holds cannot be read at this one.
SELECT entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total
  FROM ledger.entry
 WHERE box = :box AND business_date = :business_date
   AND EXISTS (SELECT FROM erp.attempt LEFT JOIN ledger.cash_box_now AS here ON here.box = :box
                WHERE attempt.entry_id = entry.entry_id AND state = 'confirmed'
                  AND (attempt.site = here.erp_site) IS NOT FALSE)
 ORDER BY entry_id;

-- name: evidence
-- When each document that stands at the box's present site was acknowledged, and last read.
SELECT business_date, attempt.decided_at AS acknowledged_at, attempt.verified_at AS read_at
  FROM ledger.entry JOIN erp.attempt USING (entry_id) LEFT JOIN ledger.cash_box_now AS here USING (box)
 WHERE entry.box = ANY(:boxes) AND business_date BETWEEN :first AND :last AND state = 'confirmed'
   AND (attempt.site = here.erp_site) IS NOT FALSE;

-- name: watched
-- Days that are closed (or differ) while a request that was given up may still be carried out, or whose addresses were
-- looked at since an instant. Read again at once then; else ever more seldom: after a sixth of the time since it was
-- given up, four minutes at least.
SELECT day.box, day.business_date
  FROM board.box_day AS day
 CROSS JOIN LATERAL (
      SELECT max(decided_at) FILTER (WHERE erp.watched_until(attempt) IS NOT NULL) AS given_up_at,
             coalesce(bool_or(reaped_at >= :since), false) AS looked_at,
             coalesce(min(coalesce(verified_at, '-infinity')) FILTER (WHERE state = 'confirmed'), '-infinity') AS read_at
        FROM ledger.entry JOIN erp.attempt USING (entry_id)
       WHERE entry.box = day.box AND entry.business_date = day.business_date) AS known
 WHERE day.state IN ('closed', 'watched', 'discrepancy')
   AND (day.box, day.business_date) IN (
       SELECT entry.box, entry.business_date FROM ledger.entry JOIN erp.attempt USING (entry_id)
        WHERE (attempt.state IN ('doomed', 'rejected') OR attempt.adopted_at IS NOT NULL)
          AND (erp.watched_until(attempt) IS NOT NULL OR attempt.reaped_at >= :since))
   AND (looked_at OR read_at < erp.clock() - greatest('4 minutes', (erp.clock() - given_up_at) / 6))
 ORDER BY day.business_date, day.box;

-- name: to_read_again
-- Closed days with documents in the ERP that were not read since an instant, those that wait longest first.
SELECT entry.box, entry.business_date
  FROM ledger.entry JOIN erp.attempt USING (entry_id) JOIN board.box_day AS day USING (box, business_date)
 WHERE attempt.state = 'confirmed' AND day.state IN ('closed', 'watched', 'discrepancy')
   AND entry.business_date >= :first AND entry.box = ANY(:boxes)
 GROUP BY entry.box, entry.business_date
HAVING min(coalesce(verified_at, '-infinity')) < :since
 ORDER BY min(coalesce(verified_at, '-infinity')), entry.business_date DESC, entry.box;

-- name: note_read_back!
UPDATE erp.attempt SET verified_at = CASE WHEN :agrees THEN erp.clock() END WHERE attempt_id = :attempt_id;

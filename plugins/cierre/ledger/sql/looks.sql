-- name: closed_days
-- Days of boxes that were closed, each with when it was last read in its source: what is staged of it, or a look.
SELECT day.box, day.business_date,
       greatest(staged.received_at,
                (SELECT max(looked_at) FROM ledger.look
                  WHERE look.box = day.box AND look.business_date = day.business_date)) AS read_at
  FROM board.box_day AS day
  JOIN staging.day AS own ON own.box = day.box AND own.business_date = day.business_date
  JOIN landing.snapshot AS staged ON staged.snapshot_id = own.snapshot_id
 WHERE day.box = ANY(:boxes) AND day.business_date BETWEEN :first AND :last
   AND day.state IN ('closed', 'watched', 'no activity', 'changed')
 ORDER BY day.business_date, day.box;

-- name: newest^
SELECT look_id, outcome, size, looked_at FROM ledger.newest_look(:box, :business_date);

-- name: changes
SELECT code, document_key, kind, form, reference, currency, before, after, look_change.size, fields, since,
       first.looked_at
  FROM ledger.look_change JOIN ledger.look AS first ON first.look_id = look_change.since
 WHERE look_change.look_id = :look_id ORDER BY change;

-- name: changed
-- Days of boxes that count as changed by their newest look: how many documents of each currency, and by how much their
-- money differs.
SELECT day.box, day.business_date, look_change.currency, count(*)::int AS documents,
       coalesce(sum(coalesce(after, 0) - coalesce(before, 0)), 0) AS difference
  FROM board.box_day AS day CROSS JOIN LATERAL ledger.newest_look(day.box, day.business_date) AS look
  JOIN ledger.look_change USING (look_id)
 WHERE day.state = 'changed' AND day.box = ANY(:boxes) AND day.business_date BETWEEN :first AND :last
 GROUP BY day.box, day.business_date, look_change.currency ORDER BY look_change.currency;

-- name: add<!
INSERT INTO ledger.look (box, business_date, compared_to, snapshot_id, size, outcome)
VALUES (:box, :business_date, :compared_to, :snapshot_id, :size, :outcome)
RETURNING look_id;

-- name: standing
-- Of looks, the newest at each box's day; none at a day that was staged anew since.
SELECT DISTINCT ON (box, business_date) box, business_date, look_id, outcome
  FROM ledger.look
 WHERE look_id = ANY(:look_ids)
   AND compared_to = (SELECT snapshot_id FROM staging.day
                       WHERE day.box = look.box AND day.business_date = look.business_date)
 ORDER BY box, business_date, look_id DESC;

-- name: corrections
-- Looks that are to be followed by closing the day again, where nobody has staged it since; the newest first, so that days
-- whose runs cannot begin keep no others waiting.
SELECT day.box, day.business_date, look.look_id
  FROM board.box_day AS day CROSS JOIN LATERAL ledger.newest_look(day.box, day.business_date) AS look
 WHERE day.state = 'changed' AND day.box = ANY(:boxes)
   AND look.outcome IN ('proposed', 'corrected')
 ORDER BY look.look_id DESC LIMIT :most;

-- name: proposed^
-- The newest look at a day that had a correction prepared, where the day was not closed since with books of a landing after
-- the one that it compared to. That the old books are still in the ERP takes nothing back.
SELECT look_id, outcome, size, looked_at
  FROM ledger.look
 WHERE box = :box AND business_date = :business_date AND outcome IN ('proposed', 'corrected')
   AND NOT EXISTS (SELECT FROM reconciliation.run JOIN ledger.revision USING (revision_id)
                    WHERE run.box = :box AND run.business_date = :business_date AND state <> 'discrepancy'
                      AND reconciled_at > look.looked_at AND revision.snapshot_id > look.compared_to)
 ORDER BY look_id DESC LIMIT 1;

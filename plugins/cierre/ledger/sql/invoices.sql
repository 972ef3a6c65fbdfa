-- name: unread
-- Landings of a place, of all days, whose invoices are not kept yet, oldest first.
SELECT snapshot_id
  FROM landing.snapshot
 WHERE source = :source AND connection = :connection AND source_key = :source_key
   AND NOT EXISTS (SELECT FROM landing.invoices_read WHERE invoices_read.snapshot_id = snapshot.snapshot_id)
 ORDER BY snapshot_id;

-- name: snapshot^
SELECT snapshot_id, source, connection, source_key, business_date, asked, received_at, sha256, body
  FROM landing.snapshot JOIN landing.body USING (sha256) WHERE snapshot_id = :snapshot_id;

-- name: kept_since$
SELECT snapshot_id FROM landing.invoices_kept_since;

-- name: note_read!
INSERT INTO landing.invoices_read (snapshot_id) VALUES (:snapshot_id);

-- name: seen_of
-- All that readings before a landing showed of invoices, in the order in which they were made.
SELECT project, invoice, number, issued_on, base, total, rate, collected, collected_on, business_date AS read_for, gone
  FROM landing.invoice_seen JOIN landing.snapshot USING (snapshot_id)
 WHERE invoice_seen.source = :source AND invoice_seen.connection = :connection
   AND project = ANY(:projects) AND invoice = ANY(:invoices) AND snapshot_id < :before
 ORDER BY snapshot_id;

-- name: expected
-- The same, of the invoices that matter to a day's reading: issued in its window, older and not settled, or with money of
-- that day.
WITH latest AS (
    SELECT DISTINCT ON (project, invoice) project, invoice, issued_on, total, collected, gone FROM landing.invoice_seen
     WHERE source = :source AND connection = :connection AND project = ANY(:projects)
     ORDER BY project, invoice, snapshot_id DESC
), wanted AS (
    SELECT project, invoice FROM latest
     WHERE NOT gone AND (issued_on BETWEEN :since AND :day
                         OR issued_on < :since AND collected IS DISTINCT FROM total)
     UNION
    SELECT project, invoice FROM landing.invoice_seen JOIN landing.snapshot USING (snapshot_id)
     WHERE invoice_seen.source = :source AND invoice_seen.connection = :connection AND project = ANY(:projects)
       AND coalesce(collected_on, business_date) = :day
)
SELECT project, invoice, number, issued_on, base, total, rate, collected, collected_on, business_date AS read_for, gone
  FROM wanted JOIN landing.invoice_seen USING (project, invoice) JOIN landing.snapshot USING (snapshot_id)
 WHERE invoice_seen.source = :source AND invoice_seen.connection = :connection
 ORDER BY snapshot_id;

-- name: all_seen
SELECT project, invoice, number, issued_on, base, total, rate, collected, collected_on, business_date AS read_for, gone
  FROM landing.invoice_seen JOIN landing.snapshot USING (snapshot_id)
 WHERE invoice_seen.source = :source AND invoice_seen.connection = :connection AND project = ANY(:projects)
   AND (CAST(:before AS bigint) IS NULL OR snapshot_id < :before)
 ORDER BY snapshot_id;

-- name: days_taken
-- The days that a box has read, each with the place that it was last read from.
SELECT DISTINCT ON (business_date) business_date, source_key, snapshot_id
  FROM landing.taken JOIN landing.snapshot USING (snapshot_id, business_date)
 WHERE box = :box ORDER BY business_date, snapshot_id DESC;

-- name: days_staged
SELECT business_date FROM staging.day WHERE box = :box;

-- name: collections_staged
-- What a box's days were booked with, by invoice; below zero where money went back.
SELECT business_date, attributes ->> 'project' AS project, reference AS number,
       sum(CASE WHEN attributes ->> 'returned' = 'true' THEN -net ELSE net END) AS amount
  FROM staging.document
 WHERE box = :box AND kind = 'collection'
 GROUP BY 1, 2, 3;

-- name: late_changes
-- What became known of a day since what is staged of it was landed, oldest first.
SELECT what FROM ledger.late_changes(:box, :business_date) ORDER BY change_id;

-- name: note_late_change<!
INSERT INTO ledger.late_change (box, business_date, snapshot_id, what)
VALUES (:box, :business_date, :snapshot_id, :what) RETURNING change_id;

-- name: standing_changes
-- Of noted changes, those of days that were not landed since.
SELECT change_id, box, business_date, what FROM ledger.late_change
 WHERE change_id = ANY(:change_ids)
   AND NOT EXISTS (SELECT FROM landing.taken JOIN landing.snapshot USING (snapshot_id)
                    WHERE taken.box = late_change.box AND taken.business_date = late_change.business_date
                      AND landed_at >= noted_at)
 ORDER BY box, business_date, change_id;

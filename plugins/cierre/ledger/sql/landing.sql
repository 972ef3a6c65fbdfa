-- name: keep_body!
INSERT INTO landing.body (sha256, answer, personal_values, body) VALUES (:sha256, :answer, :personal_values, :body)
ON CONFLICT DO NOTHING;

-- name: add_snapshot<!
INSERT INTO landing.snapshot (source, connection, source_key, business_date, asked, received_at, sha256, site)
VALUES (:source, :connection, :source_key, :business_date, :asked, :received_at, :sha256, :site)
RETURNING snapshot_id;

-- name: lying_there^
SELECT snapshot_id, source, connection, source_key, business_date, asked, received_at, sha256, body, site
  FROM landing.snapshot JOIN landing.body USING (sha256)
 WHERE source = :source AND connection = :connection AND source_key = :source_key AND business_date = :business_date
   AND received_at >= :since AND (CAST(:site AS text) IS NULL OR site = :site)
   AND NOT EXISTS (SELECT FROM landing.taken
                    WHERE taken.box = :box AND taken.business_date = :business_date
                      AND taken.snapshot_id >= snapshot.snapshot_id)
   AND NOT EXISTS (SELECT FROM landing.snapshot AS shown
                    WHERE shown.source = :source AND shown.connection = :connection AND shown.source_key = :source_key
                      AND shown.business_date = :business_date AND shown.asked ->> 'dry_run_of' = :box
                      AND shown.snapshot_id >= snapshot.snapshot_id)
   AND NOT EXISTS (SELECT FROM landing.claim
                    WHERE claim.snapshot_id = snapshot.snapshot_id AND NOT holds AND NOT inner_rule)
 ORDER BY snapshot_id DESC LIMIT 1;

-- name: newest^
SELECT snapshot_id, source, connection, source_key, business_date, asked, received_at, sha256, body, site
  FROM landing.snapshot JOIN landing.body USING (sha256)
 WHERE source = :source AND connection = :connection AND source_key = :source_key AND business_date = :business_date
 ORDER BY snapshot_id DESC LIMIT 1;

-- name: take!
INSERT INTO landing.taken (box, business_date, snapshot_id, key) VALUES (:box, :business_date, :snapshot_id, :key);

-- name: had_rows$
-- Whether any landing of a box by its key had a row; those of before keys were kept count as by this one.
SELECT EXISTS (SELECT FROM landing.taken JOIN landing.control_total USING (snapshot_id, box)
                WHERE taken.box = :box AND coalesce(taken.key, :key) = :key AND rows > 0);

-- name: days_read$
-- How many days a box has read by its key; those of before keys were kept count as by this one.
SELECT count(DISTINCT business_date)::int FROM landing.taken WHERE box = :box AND coalesce(key, :key) = :key;

-- name: taken^
SELECT snapshot_id, source, connection, source_key, business_date, asked, received_at, sha256, body, site
  FROM landing.taken JOIN landing.snapshot USING (snapshot_id, business_date) JOIN landing.body USING (sha256)
 WHERE box = :box AND business_date = :business_date
 ORDER BY snapshot_id DESC LIMIT 1;

-- name: staged^
SELECT snapshot_id, source, connection, source_key, business_date, asked, received_at, sha256, body, site
  FROM staging.day JOIN landing.snapshot USING (snapshot_id, business_date) JOIN landing.body USING (sha256)
 WHERE box = :box AND business_date = :business_date;

-- name: last_taken^
SELECT snapshot_id, taken_at FROM landing.taken
 WHERE box = :box AND business_date = :business_date ORDER BY snapshot_id DESC LIMIT 1;

-- name: origin^
SELECT source, site, connection, coalesce(taken.key, nullif(source_key, '*')) AS key
  FROM landing.snapshot
  LEFT JOIN landing.taken ON taken.snapshot_id = snapshot.snapshot_id AND taken.box = :box
                         AND taken.business_date = :business_date
 WHERE snapshot.snapshot_id = :snapshot_id;

-- name: bodies_before
SELECT body
  FROM landing.snapshot JOIN landing.body USING (sha256)
 WHERE source = :source AND connection = :connection AND source_key = :source_key AND business_date >= :since
   AND snapshot_id < :snapshot_id AND (site IS NULL OR CAST(:site AS text) IS NULL OR site = :site)
   AND NOT EXISTS (SELECT FROM landing.claim
                    WHERE claim.snapshot_id = snapshot.snapshot_id AND NOT holds AND NOT inner_rule)
 ORDER BY snapshot_id;

-- name: control_totals
SELECT kind, form, rows, net FROM landing.control_total
 WHERE snapshot_id = :snapshot_id AND box = :box ORDER BY kind, form;

-- name: claims
SELECT what, attested_rows, landed_rows, attested, landed, inner_rule FROM landing.claim
 WHERE snapshot_id = :snapshot_id AND box = :box ORDER BY claim;

-- name: note_stopped!
INSERT INTO landing.stopped (box, business_date, step, why) VALUES (:box, :business_date, :step, :why)
    ON CONFLICT (box, business_date) DO UPDATE
   SET step = excluded.step, why = excluded.why, stopped_at = clock_timestamp();

-- name: never_read
SELECT box, business_date, why FROM landing.stopped
 WHERE business_date >= :since AND (CAST(:box AS text) IS NULL OR box = :box)
   AND NOT EXISTS (SELECT FROM staging.day WHERE day.box = stopped.box AND day.business_date = stopped.business_date);

-- name: now^
SELECT box AS id, file, name, company, source, source_site, source_key, erp_connection, erp_site, tenant, lot, currency,
       timezone, start_date
  FROM ledger.cash_box_now WHERE box = :id;

-- name: all_now
SELECT box AS id, file, name, company, source, source_site, source_key, erp_connection, erp_site, tenant, lot, currency,
       timezone, start_date
  FROM ledger.cash_box_now;

-- name: add_version!
INSERT INTO ledger.cash_box (box, version, file, name, company, source, source_site, source_key, erp_connection, erp_site,
                             tenant, lot, currency, timezone, start_date)
SELECT :id, coalesce(max(version), 0) + 1, :file, :name, :company, :source, :source_site, :source_key, :erp_connection,
       :erp_site, :tenant, :lot, :currency, :timezone, :start_date
  FROM ledger.cash_box WHERE box = :id;

-- name: lot_booked_by^
-- Which other id booked first into a lot of a tenant, of those that did not post to another site of the ERP.
WITH others AS (
    SELECT * FROM ledger.entry WHERE lot = :lot AND box < :box
     UNION ALL SELECT * FROM ledger.entry WHERE lot = :lot AND box > :box)
SELECT box, min(entry_id) AS began, min(business_date) AS first, max(business_date) AS last
  FROM others
 WHERE btrim(tenant) = btrim(:tenant)
   AND coalesce(site, (SELECT erp_site FROM ledger.cash_box AS first_seen
                        WHERE first_seen.box = others.box AND version = 1), :site) = :site
 GROUP BY box ORDER BY began LIMIT 1;

-- name: lot_booked_since$
-- Since when a box itself books into a lot of a tenant; null where it does not.
SELECT min(entry_id) FROM ledger.entry WHERE lot = :lot AND box = :box AND btrim(tenant) = btrim(:tenant);

-- name: sharers
-- Other ids that read a site of a source at some time.
SELECT box FROM ledger.cash_box WHERE source = :source AND source_site = :site AND box <> :box
 UNION SELECT box FROM ledger.earlier_box WHERE source = :source AND connection = :connection AND box <> :box
 ORDER BY box;

-- name: source_booked_by^
-- Which of these ids booked first from a key of a site, on a date or later; days on which nothing was to book do not count.
-- Here and below zeros before a key do not count: before a key had one spelling, caja 164 could be booked as 0164.
SELECT booked.box, min(revision_id) AS began, min(booked.business_date) AS first, max(booked.business_date) AS last
  FROM ledger.revision AS booked
  JOIN landing.snapshot USING (snapshot_id)
  LEFT JOIN landing.taken ON (taken.box, taken.business_date, taken.snapshot_id)
                           = (booked.box, booked.business_date, booked.snapshot_id)
 WHERE booked.box = ANY(:others) AND booked.business_date >= :since
   AND source = :source AND (snapshot.site = :site OR (snapshot.site IS NULL OR CAST(:site AS text) IS NULL) AND connection = :connection)
   AND ltrim(coalesce(taken.key, nullif(snapshot.source_key, '*'), (SELECT first_seen.source_key FROM ledger.cash_box AS first_seen
                                                      WHERE first_seen.box = booked.box AND version = 1)), '0')
     = ltrim(CAST(:key AS text), '0')
   AND EXISTS (SELECT FROM ledger.entry WHERE entry.revision_id = booked.revision_id AND ledger.stands(entry))
 GROUP BY booked.box ORDER BY began LIMIT 1;

-- name: source_booked_since$
-- Since when a box itself books from a key of a site; null where it does not.
SELECT min(revision_id)
  FROM ledger.revision AS booked
  JOIN landing.snapshot USING (snapshot_id)
  LEFT JOIN landing.taken ON (taken.box, taken.business_date, taken.snapshot_id)
                           = (booked.box, booked.business_date, booked.snapshot_id)
 WHERE booked.box = :box
   AND source = :source AND (snapshot.site = :site OR (snapshot.site IS NULL OR CAST(:site AS text) IS NULL) AND connection = :connection)
   AND ltrim(coalesce(taken.key, nullif(snapshot.source_key, '*'), (SELECT first_seen.source_key FROM ledger.cash_box AS first_seen
                                                      WHERE first_seen.box = booked.box AND version = 1)), '0')
     = ltrim(CAST(:key AS text), '0')
   AND EXISTS (SELECT FROM ledger.entry WHERE entry.revision_id = booked.revision_id);

-- name: booked_on^
-- What a box has booked of a date that stands: how many documents, how much money.
SELECT count(DISTINCT document_key)::int AS documents, coalesce(min(currency), '') AS currency,
       (SELECT coalesce(sum(total), 0) FROM ledger.entry
         WHERE box = :box AND business_date = :business_date AND ledger.stands(entry)) AS money
  FROM ledger.entry JOIN ledger.line USING (entry_id)
 CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
 WHERE box = :box AND business_date = :business_date AND ledger.stands(entry);

-- name: has_books$
SELECT EXISTS (SELECT FROM ledger.cash_box WHERE box = :id) OR EXISTS (SELECT FROM ledger.earlier_box WHERE box = :id)
    OR EXISTS (SELECT FROM ledger.entry WHERE box = :id);

-- name: was_sent_to$
-- Whether anything of a box was sent to a tenant, by just this name, that the ERP did not refuse.
SELECT EXISTS (SELECT FROM erp.attempt JOIN ledger.entry USING (entry_id)
                WHERE entry.box = :box AND attempt.tenant = :tenant AND attempt.state <> 'rejected');

-- name: known_as$
-- The id of the box whose file was last called so.
SELECT box FROM ledger.cash_box WHERE file = :file ORDER BY seen_at DESC LIMIT 1;

-- name: site_behind$
-- The site that a connection of a source led to when it was last asked.
SELECT site FROM landing.snapshot
 WHERE source = :source AND connection = :connection AND site IS NOT NULL ORDER BY snapshot_id DESC LIMIT 1;

-- name: erp_site_behind$
SELECT erp_site FROM ledger.cash_box WHERE erp_connection = :connection ORDER BY seen_at DESC LIMIT 1;

-- name: booked_documents
-- Where documents stand in books: of other ids, on this date or any; of the box's own other dates, where those were not
-- read again without them. A row a document.
WITH here AS (
    SELECT entry_id, document_key FROM ledger.line_source WHERE document_key = ANY(:keys)
     UNION
    -- Each document is behind a credit; only these are in the index.
    SELECT entry_id, document_key FROM ledger.line_documents CROSS JOIN LATERAL unnest(document_keys) AS document_key
     WHERE side = 'C' AND document_keys && CAST(:keys AS text[]) AND document_key = ANY(:keys))
SELECT DISTINCT booking.box, booking.business_date, document_key
  FROM here JOIN ledger.entry AS booking USING (entry_id)
  JOIN ledger.revision USING (revision_id)
  JOIN landing.snapshot USING (snapshot_id)
 WHERE (booking.box = ANY(:others) AND (:any_day OR booking.business_date = :business_date)
        OR :any_day AND booking.box = :box AND booking.business_date <> :business_date
           AND EXISTS (SELECT FROM staging.document AS staged
                        WHERE staged.box = booking.box AND staged.business_date = booking.business_date
                          AND staged.document_key = here.document_key))
   AND source = :source AND (snapshot.site = :site OR (snapshot.site IS NULL OR CAST(:site AS text) IS NULL) AND connection = :connection)
   AND (NOT :of_key OR ltrim(coalesce((SELECT taken.key FROM landing.taken
                                        WHERE (taken.box, taken.business_date, taken.snapshot_id)
                                            = (revision.box, revision.business_date, revision.snapshot_id)),
                                      snapshot.source_key), '0') = ltrim(CAST(:key AS text), '0'))
   AND ledger.stands(booking);

-- name: note_late_change!
-- Once for each time that the day is staged.
INSERT INTO ledger.late_change (box, business_date, snapshot_id, what)
SELECT :box, :business_date, :snapshot_id, :what
 WHERE NOT EXISTS (SELECT FROM ledger.late_changes(:box, :business_date) AS noted WHERE noted.what = :what);

-- name: retired
-- Boxes as they were last known; of those that nobody wrote down, what their books say.
SELECT asked.box AS id, coalesce(known.name, asked.box) AS name, coalesce(known.company, '') AS company,
       coalesce(known.source, (SELECT source FROM ledger.revision JOIN landing.snapshot USING (snapshot_id)
                                WHERE revision.box = asked.box ORDER BY revision_id DESC LIMIT 1), '') AS source,
       coalesce((SELECT currency FROM ledger.entry WHERE entry.box = asked.box ORDER BY entry_id DESC LIMIT 1),
                known.currency, 'USD') AS currency,
       coalesce(known.timezone, 'UTC') AS timezone,
       coalesce((SELECT mapping FROM ledger.revision WHERE revision.box = asked.box ORDER BY revision_id DESC LIMIT 1),
                '') AS mapping
  FROM unnest(CAST(:ids AS text[])) AS asked (box)
  LEFT JOIN ledger.cash_box_now AS known USING (box)
 WHERE known.box IS NOT NULL OR EXISTS (SELECT FROM board.box_day WHERE box_day.box = asked.box)
 ORDER BY company, name;

-- name: of_company
SELECT box FROM ledger.cash_box_now WHERE company = :company ORDER BY box;

-- name: note_sandbox!
INSERT INTO ledger.sandbox_site (site) VALUES (:site) ON CONFLICT DO NOTHING;

-- name: note_no_sandbox!
DELETE FROM ledger.sandbox_site WHERE site = :site;

-- name: posting_to_sandbox
SELECT box, name FROM ledger.cash_box_now JOIN ledger.sandbox_site ON site = erp_site WHERE box = ANY(:boxes) ORDER BY box;

-- name: erp_sites_of_day
-- The sites of the ERP that a day was sent to; where it was sent nowhere yet, that to which its box posts.
WITH sent AS (SELECT DISTINCT attempt.site FROM erp.attempt JOIN ledger.entry USING (entry_id)
               WHERE box = :box AND business_date = :business_date AND attempt.site IS NOT NULL)
SELECT here.site, sandbox_site.site IS NOT NULL AS is_sandbox
  FROM (SELECT site FROM sent
         UNION SELECT erp_site FROM ledger.cash_box_now WHERE box = :box AND NOT EXISTS (SELECT FROM sent)) AS here
  LEFT JOIN ledger.sandbox_site USING (site) ORDER BY here.site;

-- name: ledger_id$
SELECT ledger_id FROM ledger.installation;

-- name: current_revision^
SELECT revision_id, box, business_date, revision, snapshot_id, mapping, mapping_digest, digest,
       to_site AS site, to_tenant AS tenant, to_lot AS lot, redates
  FROM ledger.revision WHERE box = :box AND business_date = :business_date ORDER BY revision DESC LIMIT 1;

-- name: add_revision^
INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest,
                             to_site, to_tenant, to_lot, redates, open_from)
SELECT :box, :business_date, coalesce(max(revision), 0) + 1, :snapshot_id, :mapping, :mapping_digest, :digest,
       :site, :tenant, :lot, :redates, :open_from
  FROM ledger.revision WHERE box = :box AND business_date = :business_date
RETURNING revision_id, box, business_date, revision, snapshot_id, mapping, mapping_digest, digest,
          to_site AS site, to_tenant AS tenant, to_lot AS lot, redates;

-- name: site_of$
-- Where a revision's entries were meant for or sent to, of those frozen before revisions said it.
SELECT max(coalesce(entry.site, attempt.site)) FROM ledger.entry LEFT JOIN erp.attempt USING (entry_id)
 WHERE entry.revision_id = :revision_id AND entry.reverses IS NULL;

-- name: is_dated_otherwise$
SELECT EXISTS (SELECT FROM ledger.entry WHERE revision_id = :revision_id AND reverses IS NULL
                  AND entry_date <> :entry_date
                  AND NOT EXISTS (SELECT FROM erp.attempt
                                   WHERE attempt.entry_id = entry.entry_id AND state = 'confirmed'));

-- name: open_dates
-- Each date that was the first of the ERP's open periods when books of a box were frozen, after a day and up to another.
SELECT DISTINCT open_from FROM ledger.revision WHERE box = :box AND open_from > :after AND open_from <= :until ORDER BY 1;

-- name: was_posted$
-- Whether anything of the day was ever in the ERP, at a site where one is named.
SELECT EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                WHERE box = :box AND business_date = :business_date AND state IN ('confirmed', 'withdrawn')
                  AND (CAST(:site AS text) IS NULL OR coalesce(attempt.site, :site) = :site));

-- name: add_entry^
INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date,
                          currency, total, digest, site)
VALUES (:entry_key, :revision_id, :box, :business_date, :part, :reverses, :tenant, :lot, :entry_date,
        :currency, :total, :digest, :site)
RETURNING entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total, site;

-- name: entry_of^
SELECT entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total, site
  FROM ledger.entry WHERE entry_id = :entry_id;

-- name: is_confirmed$
SELECT EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                WHERE entry_key = :entry_key AND state IN ('confirmed', 'withdrawn'));

-- name: bookings
SELECT entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total, site
  FROM ledger.entry WHERE revision_id = :revision_id AND reverses IS NULL ORDER BY part;

-- name: superseded_bookings
-- Bookings of earlier revisions that the ERP may still hold, or of which it holds the reversal alone: not taken back by a
-- confirmed reversal of what is confirmed itself, unless either is being deleted. Never of later ones: a run that slept while newer books were posted must not take those back. Never at another site of the ERP.
SELECT entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total, site
  FROM ledger.entry AS booking
 WHERE box = :box AND business_date = :business_date AND revision_id < :revision_id AND reverses IS NULL
   AND EXISTS (SELECT FROM erp.attempt
                WHERE attempt.entry_id = booking.entry_id
                  AND (CAST(:site AS text) IS NULL OR coalesce(attempt.site, :site) = :site))
   AND NOT EXISTS (SELECT FROM ledger.entry AS reversal JOIN erp.attempt USING (entry_id)
                    WHERE reversal.reverses = booking.entry_id AND attempt.state = 'confirmed'
                      AND attempt.deleting_since IS NULL
                      AND EXISTS (SELECT FROM erp.attempt AS original
                                   WHERE original.entry_id = booking.entry_id AND original.state = 'confirmed'
                                     AND original.deleting_since IS NULL))
 ORDER BY entry_id;

-- name: unsent_bookings
-- Bookings of earlier revisions that were never sent, as far as is known, and are meant for the same site of the ERP.
SELECT entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total, site
  FROM ledger.entry AS booking
 WHERE box = :box AND business_date = :business_date AND revision_id < :revision_id AND reverses IS NULL
   AND (CAST(:site AS text) IS NULL OR coalesce(site, :site) = :site)
   AND NOT EXISTS (SELECT FROM erp.attempt WHERE attempt.entry_id = booking.entry_id)
 ORDER BY entry_id;

-- name: reversals_of
SELECT entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total, site
  FROM ledger.entry WHERE reverses = :entry_id ORDER BY entry_id;

-- name: standing_since
-- What stands of a correction by the attempts since its first, reversals first: its own bookings, and the reversals that were
-- sent for it, some of which may have been made for an earlier revision that was refused. Not what was only found.
SELECT entry_id, entry_key, entry.revision_id, entry.box, entry.business_date, part, reverses, entry.tenant, entry.lot,
       entry.entry_date, currency, total, entry.site
  FROM ledger.entry JOIN erp.attempt USING (entry_id)
 WHERE box = :box AND business_date = :business_date AND state = 'confirmed' AND attempt_id >= :first
   AND CASE WHEN reverses IS NULL THEN revision_id = :revision_id ELSE adopted_at IS NULL END
 ORDER BY reverses IS NULL, entry_id;

-- name: add_reversal^
INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date,
                          currency, total, digest, site)
SELECT :entry_key, :revision_id, box, business_date, part, entry_id, tenant, CAST(:lot AS text), :entry_date,
       currency, total, digest, coalesce(site, :site)
  FROM ledger.entry WHERE entry_id = :entry_id
RETURNING entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total, site;

-- name: add_reversed_lines!
INSERT INTO ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount, history,
                         foreign_currency, foreign_amount)
SELECT :reversal_id, line, CASE side WHEN 'D' THEN 'C' ELSE 'D' END, account, cost_centre, item, value_class, entities,
       amount, CASE WHEN CAST(:history AS integer) IS NULL THEN :mark || history ELSE left(:mark || history, :history) END,
       foreign_currency, foreign_amount
  FROM ledger.line WHERE entry_id = :entry_id;

-- name: add_sources_of!
-- The documents behind an entry's lines, behind those of another; a thousand in a row.
INSERT INTO ledger.line_documents (entry_id, line, part, kind, form, component, turned, document_keys, amounts,
                                   foreign_amounts, places)
SELECT CAST(:new_entry_id AS bigint), line, part, kind, form, component, turned, document_keys, amounts, foreign_amounts, places
  FROM ledger.line_documents WHERE entry_id = :entry_id
 UNION ALL
SELECT CAST(:new_entry_id AS bigint), line, (row_number() OVER (PARTITION BY line))::int, kind, form, component, turned,
       array_agg(document_key ORDER BY number), array_agg(amount ORDER BY number),
       CASE WHEN is_foreign THEN array_agg(foreign_amount ORDER BY number) END, array_agg(place ORDER BY number)
  FROM (SELECT *, foreign_amount IS NOT NULL AS is_foreign,
               row_number() OVER (PARTITION BY line, kind, form, component, turned, foreign_amount IS NOT NULL
                                  ORDER BY document_key, place, amount) - 1 AS number
          FROM ledger.line_source WHERE entry_id = :entry_id) AS source
 GROUP BY line, kind, form, component, turned, is_foreign, number / 1000;

-- name: lines
-- Without entities where a line has none, as nearly all: so nobody reads that from JSON.
SELECT side, account, cost_centre, item, value_class, nullif(entities, '{}') AS entities, amount, history, foreign_currency, foreign_amount
  FROM ledger.line WHERE entry_id = :entry_id ORDER BY line;

-- name: journal_totals
-- A document's net is booked once a side; one below zero on the other sides. Rows count every document behind a line.
SELECT kind, form, count(*)::int AS rows, sum(net) AS net, min(currency) AS currency
  FROM (SELECT kind, form, document_key, min(coalesce(foreign_currency, currency)) AS currency,
               coalesce(sum(own.amount) FILTER (WHERE component = 'net' AND own.side = 'D'),
                        sum(own.amount) FILTER (WHERE component = 'net' AND own.side = 'C'), 0) AS net
          FROM ledger.entry JOIN ledger.line USING (entry_id)
          CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
          CROSS JOIN LATERAL (SELECT coalesce(source.foreign_amount, source.amount)
                                     * CASE WHEN source.turned THEN -1 ELSE 1 END AS amount,
                                     CASE WHEN source.turned THEN translate(line.side, 'DC', 'CD') ELSE line.side END
                                     AS side) AS own
         WHERE revision_id = :revision_id AND reverses IS NULL
         GROUP BY kind, form, document_key) AS booked
 GROUP BY kind, form ORDER BY kind, form;

-- name: acknowledged_totals
-- What the ERP acknowledged for the day: confirmed bookings, less confirmed reversals, of every revision, at the
-- site that the day's present books are meant for.
SELECT kind, form, sum(sign)::int AS rows, sum(sign * net) AS net, min(currency) AS currency
  FROM (SELECT kind, form, entry_id, document_key, CASE WHEN entry.reverses IS NULL THEN 1 ELSE -1 END AS sign,
               min(coalesce(foreign_currency, currency)) AS currency,
               coalesce(sum(own.amount) FILTER (WHERE component = 'net' AND own.side = 'D'),
                        sum(own.amount) FILTER (WHERE component = 'net' AND own.side = 'C'), 0) AS net
          FROM ledger.entry JOIN erp.attempt USING (entry_id) JOIN ledger.line USING (entry_id)
          CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
          CROSS JOIN LATERAL (SELECT coalesce(source.foreign_amount, source.amount)
                                     * CASE WHEN source.turned THEN -1 ELSE 1 END AS amount,
                                     CASE WHEN source.turned THEN translate(line.side, 'DC', 'CD') ELSE line.side END
                                     AS side) AS own
         CROSS JOIN (SELECT (SELECT to_site FROM ledger.revision WHERE box = :box AND business_date = :business_date
                              ORDER BY revision DESC LIMIT 1) AS site) AS now
         WHERE box = :box AND business_date = :business_date AND state = 'confirmed'
           AND coalesce(attempt.site = now.site, true)
         GROUP BY kind, form, entry_id, document_key, entry.reverses) AS acknowledged
 GROUP BY kind, form HAVING sum(sign) <> 0 OR sum(sign * net) <> 0 ORDER BY kind, form;

-- name: booked^
SELECT count(*)::int AS entries, coalesce(sum(total), 0) AS total
  FROM ledger.entry WHERE revision_id = :revision_id AND reverses IS NULL;

-- name: acknowledged^
SELECT coalesce(sum(sign), 0)::int AS entries, coalesce(sum(sign * total), 0) AS total
  FROM (SELECT CASE WHEN entry.reverses IS NULL THEN 1 ELSE -1 END AS sign, total
          FROM ledger.entry JOIN erp.attempt USING (entry_id)
         CROSS JOIN (SELECT (SELECT to_site FROM ledger.revision WHERE box = :box AND business_date = :business_date
                              ORDER BY revision DESC LIMIT 1) AS site) AS now
         WHERE box = :box AND business_date = :business_date AND state = 'confirmed'
           AND (deleting_since IS NULL OR reverses IS NULL AND revision_id <> :revision_id)
           AND coalesce(attempt.site = now.site, true)) AS acknowledged;

-- name: standing_of_others^
-- Bookings of the day's other revisions that the ERP holds, or may hold, and that nothing took back there; and what was
-- taken back more than once. What is being deleted may stand yet, and takes nothing back any more.
SELECT count(*)::int AS entries, coalesce(sum(total), 0) AS total
  FROM (SELECT booking.total
          FROM ledger.entry AS sent JOIN erp.attempt USING (entry_id)
          JOIN ledger.entry AS booking ON booking.entry_id = coalesce(sent.reverses, sent.entry_id)
          JOIN ledger.revision AS own ON own.revision_id = :revision_id
         WHERE sent.box = own.box AND sent.business_date = own.business_date AND state = 'confirmed'
           AND booking.revision_id <> own.revision_id AND coalesce(attempt.site = own.to_site, true)
         GROUP BY booking.entry_id, booking.total
        HAVING sum(CASE WHEN sent.reverses IS NULL THEN 1 WHEN deleting_since IS NULL THEN -1 ELSE 0 END) <> 0) AS standing;

-- name: unbooked_documents
-- Staged documents with money and no line in the revision, with their place in the snapshot. One that is named anew since
-- it was booked (0033) is known by where it stands.
SELECT document_key, place, net, reference, currency
  FROM staging.document
 WHERE box = :box AND business_date = :business_date
   AND EXISTS (SELECT FROM jsonb_each_text(amounts) AS part WHERE part.value::numeric <> 0)
   AND document_key NOT IN (SELECT document_key FROM ledger.entry JOIN ledger.line USING (entry_id)
                            CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
                             WHERE revision_id = :revision_id AND reverses IS NULL)
   AND (place, kind, form) NOT IN (SELECT place, kind, form FROM ledger.entry JOIN ledger.line USING (entry_id)
                                   CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
                                    WHERE revision_id = :revision_id AND reverses IS NULL)
 ORDER BY document_key LIMIT 20;

-- name: unacknowledged_entries
SELECT entry_key, total FROM ledger.entry
 WHERE revision_id = :revision_id AND reverses IS NULL
   AND NOT EXISTS (SELECT FROM erp.attempt
                    WHERE attempt.entry_id = entry.entry_id AND state = 'confirmed' AND deleting_since IS NULL)
 ORDER BY part;

-- name: lock_company$
-- Until the transaction ends, nobody else makes what is served of this company.
SELECT pg_advisory_xact_lock(hashtextextended('served ' || :company, 0)) IS NOT NULL AS locked;

-- name: stale_days
-- The days of some boxes whose staged documents are booked, and that are not served as they are staged or not by these
-- rules. Booked they are once the newest books were made of them, or found to agree with them, and the ERP holds no
-- older books of the day, which the newest are still to replace: looked for (OFFSET) day by day, after all else.
SELECT day.box, day.business_date, day.staged_at
  FROM staging.day
  LEFT JOIN served.day AS kept ON kept.company = :company AND kept.box = day.box
                              AND kept.business_date = day.business_date
  JOIN LATERAL (SELECT revision_id, frozen_at FROM ledger.revision
                 WHERE revision.box = day.box AND revision.business_date = day.business_date
                 ORDER BY revision DESC LIMIT 1) AS newest ON true
 WHERE day.box = ANY(:boxes) AND (kept.staged_at, kept.rules) IS DISTINCT FROM (day.staged_at, :rules)
   AND (newest.frozen_at >= day.staged_at
        OR EXISTS (SELECT FROM reconciliation.run
                    WHERE run.box = day.box AND run.business_date = day.business_date
                      AND run.revision_id = newest.revision_id AND reconciled_at >= day.staged_at
                      AND state <> 'discrepancy'))
   AND NOT EXISTS (SELECT FROM staging.quarantined
                    WHERE quarantined.box = day.box AND quarantined.business_date = day.business_date AND blocking)
   AND NOT EXISTS (SELECT FROM staging.problem
                    WHERE problem.box = day.box AND problem.business_date = day.business_date)
   AND NOT EXISTS (SELECT FROM ledger.entry_now AS older
                    WHERE older.box = day.box AND older.business_date = day.business_date
                      AND older.revision_id <> newest.revision_id AND counts AND reverses IS NULL
                    OFFSET 0)
 ORDER BY day.box, day.business_date;

-- name: strange_days
-- Days that are served of boxes that are not the company's any more.
SELECT box, business_date, staged_at FROM served.day
 WHERE company = :company AND box <> ALL(:boxes) ORDER BY box, business_date;

-- name: invoices_of_day
SELECT DISTINCT invoice FROM served.part
 WHERE company = :company AND box = :box AND business_date = :business_date;

-- name: empty_day!
DELETE FROM served.day WHERE company = :company AND box = :box AND business_date = :business_date;

-- name: add_day!
INSERT INTO served.day (company, box, business_date, staged_at, rules)
VALUES (:company, :box, :business_date, :staged_at, :rules);

-- name: empty_invoices!
DELETE FROM served.invoice WHERE company = :company AND id = ANY(CAST(:invoices AS text[]));

-- name: add_up!
-- Some invoices from their parts. What is one text of an invoice is that of its first part; money for an invoice that
-- is not there itself makes none.
INSERT INTO served.invoice (company, id, number, issued_on, project, year, sgi_project, planned, entity, concept,
                            vat_rate, base, total, collected, collected_on)
SELECT company, invoice, number, issued_on, project, year, sgi_project, planned, entity, concept, vat_rates,
       base_sum, total_sum, collected_sum, CASE WHEN collected_sum <> 0 THEN last_collected_on END
  FROM (SELECT part.*, row_number() OVER w AS place,
               sum(base) OVER whole AS base_sum, sum(total) OVER whole AS total_sum,
               sum(collected) OVER whole AS collected_sum, max(collected_on) OVER whole AS last_collected_on,
               (SELECT coalesce(string_agg(DISTINCT other.vat_rate, '/'), '') FROM served.part AS other
                 WHERE other.company = part.company AND other.invoice = part.invoice AND other.vat_rate <> '')
                   AS vat_rates
          FROM served.part
         WHERE company = :company AND invoice = ANY(CAST(:invoices AS text[]))
        WINDOW whole AS (PARTITION BY company, invoice),
               w AS (PARTITION BY company, invoice ORDER BY issued_on NULLS LAST, box, document_key)) AS one
 WHERE place = 1 AND issued_on IS NOT NULL;

-- name: invoice^
SELECT id, number, issued_on, project, year, sgi_project, planned, entity, concept, vat_rate, base, total, collected,
       collected_on
  FROM served.invoice WHERE company = :company AND id = :id;

-- name: bookings
-- The journal's lines behind an invoice, as they stand, each with the part of it that the invoice makes.
SELECT entry_date, lot, sublot, erp_document, side, account, source.amount, currency, history
  FROM (SELECT DISTINCT box, business_date, document_key FROM served.part
         WHERE company = :company AND invoice = :id) AS part
  JOIN ledger.entry_now USING (box, business_date)
  JOIN ledger.line USING (entry_id)
  JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source USING (document_key)
 ORDER BY entry_date, entry_key, line, component;

-- name: counted$
SELECT count(*)::int FROM served.invoice WHERE company = :company;

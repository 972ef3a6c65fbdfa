-- name: months
-- A row a box and month; the amounts as one text, which is read only where the row is not known yet. The digest is that
-- of all rows, as the query below tells it.
SELECT box, month, states, CAST(booked AS text) AS booked, coalesce(CAST(currencies AS text), currency, '') AS currency,
       sum(hash_record_extended(box_month, 0)) OVER () AS digest
  FROM board.box_month WHERE month BETWEEN :first AND :last ORDER BY month;

-- name: months_digest$
-- Whether any of these rows changed: a fourth of the time that it takes to read them.
SELECT sum(hash_record_extended(box_month, 0)) FROM board.box_month WHERE month BETWEEN :first AND :last;

-- name: box_day^
SELECT state, documents, quarantined, booked, revision, staged_at, first_closed_at, watched_until, currency
  FROM board.box_day WHERE box = :box AND business_date = :business_date;

-- name: currency_of$
-- The currency in which a day was booked, or, where it was not, that of what is staged for it; null where it has none.
SELECT coalesce((SELECT currency FROM board.box_day WHERE box = :box AND business_date = :business_date),
                (SELECT currency FROM board.form_day WHERE box = :box AND business_date = :business_date
                  ORDER BY documents DESC, currency LIMIT 1));

-- name: comparisons
-- What the last reconciliation of the day compared.
SELECT kind, form, "left", "right", left_rows, right_rows, left_net, right_net, difference, agrees, run.reconciled_at,
       CASE WHEN kind = 'all' THEN nullif(form, '')
            ELSE coalesce((SELECT min(currency) FROM board.form_day AS staged
                            WHERE staged.box = run.box AND staged.business_date = run.business_date
                              AND staged.kind = comparison.kind AND staged.form = comparison.form),
                          (SELECT min(currency) FROM staging.quarantined AS held
                            WHERE held.box = run.box AND held.business_date = run.business_date
                              AND held.kind = comparison.kind AND held.form = comparison.form)) END AS currency
  FROM reconciliation.comparison JOIN reconciliation.run USING (run_id)
 WHERE run_id = (SELECT max(run_id) FROM reconciliation.run WHERE box = :box AND business_date = :business_date)
 ORDER BY comparison;

-- name: line_differences
-- What the last reconciliation read in the ERP otherwise than it was posted, with the line's text, and its kind and form
-- where all of its money is of one.
SELECT code, otherwise.entry_id, entry_key, reverses IS NOT NULL AS reversal, otherwise.lot, otherwise.sublot,
       otherwise.document, otherwise.line, otherwise.side, otherwise.account, otherwise.amount, booked_line, booked_side,
       booked_account, booked_amount, booked_currency, balance_type, otherwise.currency, size, entry.total,
       line.history, behind.kind, behind.form
  FROM reconciliation.line_difference AS otherwise
  LEFT JOIN ledger.entry ON entry.entry_id = otherwise.entry_id
  LEFT JOIN ledger.line ON (line.entry_id, line.line) = (otherwise.entry_id, otherwise.line)
  LEFT JOIN LATERAL (
       SELECT min(kind) AS kind, min(form) AS form
         FROM ledger.documents_behind(otherwise.entry_id, otherwise.line) AS source
       HAVING count(DISTINCT (kind, form)) = 1 AND bool_and(component = 'net')) AS behind ON true
 WHERE run_id = (SELECT max(run_id) FROM reconciliation.run
                  WHERE run.box = :box AND run.business_date = :business_date)
   AND EXISTS (SELECT FROM reconciliation.run WHERE run.run_id = otherwise.run_id AND run.revision_id = (
                   SELECT revision_id FROM ledger.revision WHERE box = :box AND business_date = :business_date
                    ORDER BY revision DESC LIMIT 1))
 ORDER BY difference;

-- name: money_of_entries
-- The money of entries by kind and form, as the journal counts it.
SELECT kind, form, count(*)::int AS rows, sum(net) AS net, min(currency) AS currency
  FROM (SELECT kind, form, entry_id, document_key, min(coalesce(foreign_currency, currency)) AS currency,
               greatest(coalesce(sum(own.amount) FILTER (WHERE component = 'net' AND side = 'D'), 0),
                        coalesce(sum(own.amount) FILTER (WHERE component = 'net' AND side = 'C'), 0)) AS net
          FROM ledger.entry JOIN ledger.line USING (entry_id)
          CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
          CROSS JOIN LATERAL (SELECT coalesce(source.foreign_amount, source.amount) AS amount) AS own
         WHERE entry_id = ANY(:entries)
         GROUP BY kind, form, entry_id, document_key) AS booked
 GROUP BY kind, form;

-- name: months_evidence
-- How far the days of boxes' months are read back; the minutes as one text.
SELECT box, month, CAST(read_back AS text) AS read_back,
       sum(hash_record_extended(month_evidence, 0)) OVER () AS digest
  FROM board.month_evidence WHERE month BETWEEN :first AND :last;

-- name: months_evidence_digest$
SELECT sum(hash_record_extended(month_evidence, 0)) FROM board.month_evidence WHERE month BETWEEN :first AND :last;

-- name: lines
-- The journal of the day's current revision, with how many documents stand behind each line.
SELECT entry_id, entry_key, part, lot, entry_date, line, side, account, cost_centre, history, amount,
       (SELECT count(DISTINCT document_key)::int FROM ledger.documents_behind(line.entry_id, line.line)) AS documents
  FROM ledger.entry JOIN ledger.line USING (entry_id)
 WHERE reverses IS NULL
   AND revision_id = (SELECT revision_id FROM ledger.revision
                       WHERE box = :box AND business_date = :business_date ORDER BY revision DESC LIMIT 1)
 ORDER BY part, line;

-- name: debit_parts
-- What the debits of the day's current revision sum up, by kind of document and part of it; what rounds, or stands for no
-- document, has neither.
SELECT coalesce(source.kind, '') AS kind, coalesce(component, '') AS component,
       sum(coalesce(source.amount, line.amount)) AS amount
  FROM ledger.entry JOIN ledger.line USING (entry_id) 
  LEFT JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source ON true
 WHERE reverses IS NULL AND side = 'D'
   AND revision_id = (SELECT revision_id FROM ledger.revision
                       WHERE box = :box AND business_date = :business_date ORDER BY revision DESC LIMIT 1)
 GROUP BY 1, 2 ORDER BY 1, 2;

-- name: booked_money
-- The money of the documents in the day's current revision by kind, in the currency of its books: a document's net once.
SELECT kind, '' AS form, count(*)::int AS rows, sum(net) AS net
  FROM (SELECT source.kind, source.form, document_key,
               coalesce(sum(own.amount) FILTER (WHERE component = 'net' AND own.side = 'D'),
                        sum(own.amount) FILTER (WHERE component = 'net' AND own.side = 'C'), 0) AS net
          FROM ledger.entry JOIN ledger.line USING (entry_id)
          CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
          CROSS JOIN LATERAL (SELECT source.amount * CASE WHEN source.turned THEN -1 ELSE 1 END AS amount,
                                     CASE WHEN source.turned THEN translate(line.side, 'DC', 'CD') ELSE line.side END
                                     AS side) AS own
         WHERE reverses IS NULL
           AND revision_id = (SELECT revision_id FROM ledger.revision
                               WHERE box = :box AND business_date = :business_date ORDER BY revision DESC LIMIT 1)
         GROUP BY source.kind, source.form, document_key) AS booked
 GROUP BY kind ORDER BY kind;

-- name: behind_a_line
-- The documents that a line of this box's day sums up.
SELECT document_key, kind, form, component, source.amount, place, snapshot_id, account, side, history,
       line.amount AS line_amount
  FROM ledger.entry JOIN ledger.revision USING (revision_id, box, business_date)
  JOIN ledger.line USING (entry_id) CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
 WHERE box = :box AND business_date = :business_date AND entry_id = :entry_id AND line = :line
 ORDER BY document_key, component;

-- name: documents
-- The staged documents of a kind and form.
SELECT document_key, kind, form, reference, net, place, snapshot_id, currency
  FROM staging.document JOIN staging.day USING (box, business_date)
 WHERE box = :box AND business_date = :business_date AND kind = :kind AND form = :form
 ORDER BY document_key;

-- name: place_of^
-- Where the row of a staged document lies.
SELECT snapshot_id, place FROM staging.document JOIN staging.day USING (box, business_date)
 WHERE box = :box AND business_date = :business_date AND document_key = :document_key;

-- name: landed_text_of^
-- The landed text that a row stands in, and when it came; only for a row that this box's day was made of.
SELECT body, source, received_at, sha256
  FROM landing.snapshot JOIN landing.body USING (sha256)
 WHERE snapshot_id = :snapshot_id
   AND (EXISTS (SELECT FROM staging.day JOIN staging.document USING (box, business_date)
                 WHERE box = :box AND business_date = :business_date AND snapshot_id = :snapshot_id AND place = :place)
     OR EXISTS (SELECT FROM staging.day JOIN staging.quarantined USING (box, business_date)
                 WHERE box = :box AND business_date = :business_date AND snapshot_id = :snapshot_id AND place = :place)
     OR EXISTS (SELECT FROM ledger.revision JOIN ledger.entry USING (revision_id, box, business_date)
                  JOIN ledger.line USING (entry_id)
                 CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
                 WHERE box = :box AND business_date = :business_date AND snapshot_id = :snapshot_id AND place = :place));

-- name: booked_lines_of
-- Where a place of a snapshot went: the lines that it is part of, reversals included.
SELECT entry_key, entry_id, line, side, account, history, component, source.amount, reverses IS NOT NULL AS reversal
  FROM ledger.entry JOIN ledger.revision USING (revision_id, box, business_date)
  JOIN ledger.line USING (entry_id) CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
 WHERE box = :box AND business_date = :business_date AND snapshot_id = :snapshot_id AND place = :place
 ORDER BY entry_id, line;

-- name: attempts
-- Everything that was sent to the ERP for the day, oldest first.
SELECT entry_key, entry.reverses IS NOT NULL AS reversal, total, attempt.lot, sublot, state, document, outcome,
       claimed_at, decided_at, reaped_at, removed, verified_at
  FROM ledger.entry JOIN erp.attempt USING (entry_id)
 WHERE box = :box AND business_date = :business_date
 ORDER BY claimed_at, attempt_id;

-- name: revisions
SELECT revision, frozen_at, mapping, left(mapping_digest, 8) AS mapping_digest, snapshot_id,
       (SELECT coalesce(sum(total), 0) FROM ledger.entry
         WHERE entry.revision_id = revision.revision_id AND reverses IS NULL) AS booked
  FROM ledger.revision WHERE box = :box AND business_date = :business_date ORDER BY revision;

-- name: taken^
-- The newest snapshot that the day was read from, and whether its certificate holds.
SELECT taken.snapshot_id, source, received_at, sha256, certificate.state AS certificate
  FROM landing.taken JOIN landing.snapshot USING (snapshot_id)
  LEFT JOIN landing.certificate ON certificate.snapshot_id = taken.snapshot_id AND certificate.box = taken.box
       AND certificate.business_date = taken.business_date
 WHERE taken.box = :box AND taken.business_date = :business_date
 ORDER BY taken.snapshot_id DESC LIMIT 1;

-- name: problems
SELECT business_date, box, kind, posting, attributes, documents, amount, currency, message, fix, found_at, mapping,
       mapping_table, examples
  FROM staging.problem
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
 ORDER BY found_at, box, business_date, problem;

-- name: standing_out
-- Days whose last reconciliation found a difference, with the first comparison that differs.
SELECT day.box, day.business_date, run.reconciled_at, differing."left", differing."right", differing.kind,
       differing.form, differing.difference, differing.left_rows, differing.right_rows,
       CASE WHEN differing.kind = 'all' THEN coalesce(nullif(differing.form, ''), day.currency)
            ELSE coalesce((SELECT min(staged.currency) FROM board.form_day AS staged
                            WHERE staged.box = day.box AND staged.business_date = day.business_date
                              AND staged.kind = differing.kind AND staged.form = differing.form),
                          (SELECT min(held.currency) FROM staging.quarantined AS held
                            WHERE held.box = day.box AND held.business_date = day.business_date
                              AND held.kind = differing.kind AND held.form = differing.form), day.currency) END AS currency
  FROM board.box_day AS day
   JOIN reconciliation.run ON run.run_id = (SELECT max(run_id) FROM reconciliation.run AS latest
                                            WHERE latest.box = day.box AND latest.business_date = day.business_date)
 CROSS JOIN LATERAL (SELECT * FROM reconciliation.comparison
                      WHERE comparison.run_id = run.run_id AND NOT agrees ORDER BY comparison LIMIT 1) AS differing
 WHERE day.state = 'discrepancy' AND day.box = ANY(:boxes)
 ORDER BY run.reconciled_at;

-- name: uncertain
SELECT box, business_date, entry_key, total, currency, lot, sublot, claimed_at, outcome
  FROM erp.uncertain WHERE box = ANY(:boxes);

-- name: boxes_in_work
SELECT box FROM board.box_day WHERE state = 'discrepancy' UNION SELECT box FROM erp.uncertain;

-- name: held_back
-- Quarantined rows that stop their days.
SELECT box, business_date, place, kind, form, reason, message, net, snapshot_id, staged_at,
       coalesce(currency, (SELECT staged.currency FROM board.form_day AS staged
                            WHERE staged.box = quarantined.box AND staged.business_date = quarantined.business_date
                            ORDER BY documents DESC, staged.currency LIMIT 1)) AS currency
  FROM staging.quarantined JOIN staging.day USING (box, business_date)
 WHERE blocking AND box = ANY(:boxes)
 ORDER BY staged_at, box, business_date, place;

-- name: currencies
-- In which currencies days of boxes were booked, those of most days first.
SELECT currency, count(*)::int AS days FROM board.box_day
 WHERE business_date BETWEEN :first AND :last AND box = ANY(:boxes) AND currency IS NOT NULL
 GROUP BY currency ORDER BY days DESC, currency;

-- name: money_by_form
SELECT business_date, form AS series, sum(net) AS amount
  FROM board.form_day
 WHERE business_date BETWEEN :first AND :last AND box = ANY(:boxes)
   AND (CAST(:currency AS text) IS NULL OR currency = :currency)
 GROUP BY business_date, form, currency;

-- name: money_by_source
SELECT business_date, source AS series, sum(booked) AS amount
  FROM board.box_day JOIN unnest(CAST(:boxes AS text[]), CAST(:sources AS text[])) AS known (box, source) USING (box)
 WHERE business_date BETWEEN :first AND :last AND (CAST(:currency AS text) IS NULL OR currency = :currency)
 GROUP BY business_date, source, currency;

-- name: closing
-- How long after its end a day was first closed (days, on average), how often days were corrected or differed.
SELECT business_date,
       round(avg(extract(epoch FROM first_closed_at - (business_date + 1)) / 86400), 2) AS days_to_close,
       coalesce(sum(greatest(revision - 1, 0)), 0)::int AS corrections,
       sum(discrepancies)::int AS discrepancies
  FROM board.box_day
 WHERE business_date BETWEEN :first AND :last AND box = ANY(:boxes)
 GROUP BY business_date;

-- name: correction_reasons
-- Why days of boxes were booked anew, by what their revision has otherwise than the one before: the source's answer, the
-- mapping, where it is posted. How often, and on how many days of a box.
SELECT reason, count(*)::int AS corrections, count(DISTINCT (box, business_date))::int AS days
  FROM (SELECT box, business_date, own.revision,
               CASE WHEN sha256 <> lag(sha256) OVER day AND mapping_digest <> lag(mapping_digest) OVER day THEN 'either'
                    WHEN sha256 <> lag(sha256) OVER day THEN 'source'
                    WHEN mapping_digest <> lag(mapping_digest) OVER day THEN 'mapping'
                    WHEN (to_site, to_tenant, to_lot) IS DISTINCT FROM
                         (lag(to_site) OVER day, lag(to_tenant) OVER day, lag(to_lot) OVER day) THEN 'target'
                    ELSE 'other' END AS reason
          FROM board.box_day JOIN ledger.revision AS own USING (box, business_date)
          JOIN (SELECT snapshot_id, sha256 FROM landing.snapshot) AS answer USING (snapshot_id)
         WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last AND box_day.revision > 1
        WINDOW day AS (PARTITION BY box, business_date ORDER BY own.revision)) AS booked
 WHERE revision > 1
 GROUP BY reason ORDER BY corrections DESC, reason;

-- name: lock$
-- One at a time adds to what arrived of a company, until the end of its transaction.
SELECT pg_advisory_xact_lock(hashtextextended('arrivals ' || :company, 0)) IS NULL;

-- name: statements
-- The statements of a company, newest days first.
SELECT statement_id, format, account, currency, first_day, last_day, opening, closing, sha256, taken_by, taken_at
  FROM landing.statement WHERE company = :company ORDER BY last_day DESC, statement_id DESC;

-- name: movements
-- What a statement tells, row by row.
SELECT line AS place, booked, value, amount, bank_id, reference FROM landing.statement_line
 WHERE statement_id = :statement_id ORDER BY line;

-- name: known_movements
-- The movements of an account that have one of the bank's own numbers.
SELECT DISTINCT bank_id, booked, amount FROM landing.statement_line JOIN landing.statement USING (statement_id)
 WHERE company = :company AND account = :account AND bank_id = ANY(:numbers);

-- name: add_statement<!
INSERT INTO landing.statement (company, format, account, currency, first_day, last_day, opening, closing, sha256, file,
                               taken_by)
VALUES (:company, :format, :account, :currency, :first_day, :last_day, :opening, :closing, :sha256, :file, :taken_by)
RETURNING statement_id;

-- name: taken
-- How many documents of an amount closed days of boxes have, by all that says whether it is money at the till.
SELECT box, business_date AS day, form, currency, kind, attributes ->> 'sale_type' AS sale_type,
       attributes ->> 'returned' AS returned, net, count(*)::int AS documents
  FROM staging.document
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last AND form = ANY(:forms)
   AND (box, business_date) IN (SELECT box, business_date FROM board.box_day
                                 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
                                   AND first_closed_at IS NOT NULL)
 GROUP BY box, business_date, form, currency, kind, 6, 7, net
 ORDER BY box COLLATE "C", business_date, form COLLATE "C", currency, kind, net;

-- name: lines
-- The movements of a company's accounts: by their statement and row; whether they are matched, and whether a person took
-- a match of theirs back.
SELECT statement_id, line, booked, account, currency, amount, reference, channel, terminal,
       EXISTS (SELECT FROM ledger.match_arrived AS own JOIN ledger.match_now USING (match_id)
                WHERE own.statement_id = row.statement_id AND own.line = row.line) AS is_matched,
       EXISTS (SELECT FROM ledger.match_arrived AS own JOIN ledger.match_undone USING (match_id)
                WHERE own.statement_id = row.statement_id AND own.line = row.line AND undone_by IS NOT NULL) AS was_undone
  FROM landing.statement_line AS row JOIN landing.statement USING (statement_id)
 WHERE company = :company AND booked >= :since ORDER BY booked, statement_id, line;

-- name: booked
-- What of a company's boxes is matched, as it was then, and when the last of its money came.
SELECT match_id, box, business_date AS day, currency, form, net,
       (SELECT max(booked) FROM ledger.match_arrived JOIN landing.statement_line USING (statement_id, line)
         WHERE match_arrived.match_id = own.match_id) AS arrived
  FROM ledger.match_booked AS own JOIN ledger.match_now USING (match_id)
 WHERE company = :company AND business_date BETWEEN :first AND :last;

-- name: matches
-- The newest matches of a company that stand.
SELECT match_id, why, late, coalesce(decided_by, '') AS decided_by, coalesce(comment, '') AS comment, decided_at,
       (SELECT array_agg(box || '|' || business_date || '|' || form ORDER BY box, business_date, form)
          FROM ledger.match_booked WHERE match_booked.match_id = own.match_id) AS booked,
       (SELECT sum(amount) FROM ledger.match_arrived JOIN landing.statement_line USING (statement_id, line)
         WHERE match_arrived.match_id = own.match_id) AS amount,
       (SELECT sum(amount) FROM ledger.match_arrived JOIN landing.statement_line USING (statement_id, line)
         WHERE match_arrived.match_id = own.match_id)
       - (SELECT sum(net) FROM ledger.match_booked WHERE match_booked.match_id = own.match_id) AS difference,
       (SELECT min(currency) FROM ledger.match_booked WHERE match_booked.match_id = own.match_id) AS currency,
       (SELECT max(booked) FROM ledger.match_arrived JOIN landing.statement_line USING (statement_id, line)
         WHERE match_arrived.match_id = own.match_id) AS arrived
  FROM ledger.match_now AS own WHERE company = :company ORDER BY match_id DESC LIMIT :most;

-- name: last_match$
-- The number of a company's newest match that stands.
SELECT coalesce(max(match_id), 0) FROM ledger.match_now WHERE company = :company;

-- name: new_matches$
-- Matches by the rules after one of this number, of the last minutes.
SELECT count(*) FROM ledger.match_now
 WHERE company = :company AND match_id > :after AND why <> 'person'
   AND decided_at > clock_timestamp() - CAST(:within AS interval);

-- name: add_match<!
INSERT INTO ledger.match (company, why, late, decided_by, comment) VALUES (:company, :why, :late, :decided_by, :comment)
RETURNING match_id;

-- name: undo!
-- Once: who comes second changes nothing.
INSERT INTO ledger.match_undone (match_id, undone_by, reason)
SELECT match_id, :undone_by, :reason FROM ledger.match WHERE match_id = :match_id AND company = :company
    ON CONFLICT (match_id) DO NOTHING;

-- name: decisions
-- The matches of a company that stand and that people decided.
SELECT match_id, decided_by, comment FROM ledger.match_now WHERE company = :company AND decided_by IS NOT NULL;

-- name: taken_back
-- The newest matches of a company that were taken back.
SELECT match_id, coalesce(undone_by, '') AS undone_by, reason, undone_at,
       (SELECT array_agg(box || '|' || business_date || '|' || form ORDER BY box, business_date, form)
          FROM ledger.match_booked WHERE match_booked.match_id = own.match_id) AS booked,
       (SELECT sum(amount) FROM ledger.match_arrived JOIN landing.statement_line USING (statement_id, line)
         WHERE match_arrived.match_id = own.match_id) AS amount,
       (SELECT min(currency) FROM ledger.match_booked WHERE match_booked.match_id = own.match_id) AS currency
  FROM ledger.match AS own JOIN ledger.match_undone USING (match_id)
 WHERE company = :company ORDER BY undone_at DESC, match_id DESC LIMIT :most;

-- name: closed_since
-- Matched amounts of a company whose day was closed again after they were matched, and stands so now.
SELECT match_id, booked.box, booked.business_date AS day, form, booked.currency, gross
  FROM ledger.match_booked AS booked JOIN ledger.match_now AS own USING (match_id)
  JOIN board.box_day AS day ON (day.box, day.business_date) = (booked.box, booked.business_date)
 WHERE own.company = :company AND day.state IN ('closed', 'watched', 'no activity')
   AND EXISTS (SELECT FROM reconciliation.run
                WHERE (run.box, run.business_date) = (booked.box, booked.business_date)
                  AND reconciled_at > own.decided_at)
 ORDER BY match_id, booked.box COLLATE "C", booked.business_date, form COLLATE "C", booked.currency;

-- name: matched_rows
-- What of a company is matched, each amount with the day on which the last of its match's money came.
WITH came AS (
    SELECT match_id, max(booked) AS day, sum(amount) AS arrived
      FROM ledger.match_now JOIN ledger.match_arrived USING (match_id)
      JOIN landing.statement_line USING (statement_id, line)
     WHERE company = :company GROUP BY match_id)
SELECT match_id, day, arrived, box, business_date, form, currency, gross, net
  FROM came JOIN ledger.match_booked USING (match_id)
 ORDER BY match_id, box COLLATE "C", business_date, form COLLATE "C", currency;

-- name: booked_days
-- The days of a bank that an id of books has any books of.
SELECT DISTINCT business_date FROM ledger.revision WHERE box = :box ORDER BY business_date;

-- name: documents_of_books
-- The documents of the ERP in which such books have matches, by the newest revision of their days.
SELECT CAST(document.reference AS bigint) AS match_id,
       array_agg(DISTINCT attempt.lot || '/' || attempt.sublot || '/' || attempt.document) AS documents
  FROM ledger.entry JOIN erp.attempt USING (entry_id) JOIN ledger.line USING (entry_id)
 CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
  JOIN staging.document ON (document.box, document.business_date, document.document_key)
                         = (entry.box, entry.business_date, source.document_key)
 WHERE entry.box = :box AND entry.business_date = ANY(:days) AND attempt.state = 'confirmed' AND entry.reverses IS NULL
   AND entry.revision_id = (SELECT max(revision_id) FROM ledger.revision
                             WHERE revision.box = entry.box AND revision.business_date = entry.business_date)
 GROUP BY document.reference;

-- name: accounts_booked
-- Where the documents of such books of a day are booked at their present site of the ERP, part by part of their amounts:
-- by the newest entry that the ERP acknowledged.
SELECT DISTINCT ON (source.document_key, source.component) source.document_key, source.component AS part,
       line.account, line.cost_centre, line.item, line.value_class
  FROM ledger.entry JOIN erp.attempt USING (entry_id) JOIN ledger.line USING (entry_id)
  LEFT JOIN ledger.cash_box_now AS here USING (box)
 CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
 WHERE entry.box = :box AND entry.business_date = :business_date AND entry.reverses IS NULL
   AND attempt.state IN ('confirmed', 'withdrawn') AND (attempt.site = here.erp_site) IS NOT FALSE
 ORDER BY source.document_key, source.component, entry.entry_id DESC;

-- name: state_of_books$
-- Where such books of a day stand; null before there are any.
SELECT state FROM board.box_day WHERE box = :box AND business_date = :business_date;

-- name: open_books
-- The days of such books that are not booked to the end; the oldest, where there are many.
SELECT business_date FROM board.box_day WHERE box = :box AND state NOT IN ('closed', 'no activity')
 ORDER BY business_date LIMIT :most;

-- name: state_of_arrivals^
-- What the two below can have changed by: days of these months, matches, and matches that were taken back. Counted, not
-- the newest: of two that are kept at once, the one with the smaller number may be seen later.
SELECT (SELECT sum(hash_record_extended(box_month, 0)) FROM board.box_month
         WHERE month BETWEEN CAST(date_trunc('month', CAST(:first AS date)) AS date) AND :last) AS days,
       (SELECT count(*) FROM ledger.match) AS matches, (SELECT count(*) FROM ledger.match_undone) AS undone;

-- name: state_of_boxes
-- The same by box, of those that are asked about.
SELECT box, days.digest AS days, coalesce(matched.booked, 0) AS matches, coalesce(matched.undone, 0) AS undone
  FROM unnest(CAST(:boxes AS text[])) AS asked (box)
  LEFT JOIN (SELECT box, sum(hash_record_extended(box_month, 0)) AS digest FROM board.box_month
              WHERE month BETWEEN CAST(date_trunc('month', CAST(:first AS date)) AS date) AND :last GROUP BY box) AS days
            USING (box)
  LEFT JOIN (SELECT box, count(*) AS booked, count(undone.match_id) AS undone
               FROM ledger.match_booked LEFT JOIN ledger.match_undone AS undone USING (match_id)
              WHERE business_date BETWEEN :first AND :last GROUP BY box) AS matched USING (box);

-- name: signs
-- Closed days of boxes that took money which is to arrive, in forms that are given beside each box: whether all of it
-- did. A credit note alone is no money at the till. Each part is made whole first: planned as one, the server looks up
-- every amount by itself.
WITH taken AS MATERIALIZED (
    SELECT box, business_date, form, currency
      FROM board.form_day JOIN unnest(CAST(:boxes AS text[]), CAST(:forms AS text[])) AS wanted (box, form) USING (box, form)
     WHERE business_date BETWEEN :first AND :last AND kind <> 'credit_note'
     GROUP BY box, business_date, form, currency HAVING sum(net) <> 0),
came AS MATERIALIZED (
    SELECT box, business_date, form, currency, match_id
      FROM ledger.match_booked JOIN ledger.match_now USING (match_id)
     WHERE business_date BETWEEN :first AND :last AND box = ANY(:boxes))
SELECT taken.box, taken.business_date AS day, bool_and(came.match_id IS NOT NULL) AS arrived
  FROM taken
  JOIN board.box_day AS day ON (day.box, day.business_date) = (taken.box, taken.business_date)
  LEFT JOIN came ON (came.box, came.business_date, came.form, came.currency)
                  = (taken.box, taken.business_date, taken.form, taken.currency)
 WHERE first_closed_at IS NOT NULL
 GROUP BY taken.box, taken.business_date;

-- name: in_transit
-- Money of closed days, as it was booked, that did not arrive: by currency and age, the last day of each of which is
-- given (in days before the last date); what is older is of the age after the last.
WITH taken AS MATERIALIZED (
    SELECT company, box, business_date, form, currency, sum(CASE WHEN kind = 'refund' THEN -net ELSE net END) AS net
      FROM board.form_day
      JOIN unnest(CAST(:companies AS text[]), CAST(:boxes AS text[]), CAST(:forms AS text[]), CAST(:since AS date[]))
           AS wanted (company, box, form, since) USING (box, form)
     WHERE business_date BETWEEN greatest(since, :first) AND :last AND kind <> 'credit_note'
     GROUP BY company, box, business_date, form, currency),
came AS MATERIALIZED (
    SELECT box, business_date, form, currency, match_id
      FROM ledger.match_booked JOIN ledger.match_now USING (match_id)
     WHERE business_date BETWEEN :first AND :last AND box = ANY(:boxes))
SELECT company, taken.box, taken.currency, width_bucket(CAST(:last AS date) - taken.business_date, CAST(:starts AS int[])) - 1 AS age,
       sum(net) AS money
  FROM taken
  JOIN board.box_day AS day ON (day.box, day.business_date) = (taken.box, taken.business_date)
  LEFT JOIN came ON (came.box, came.business_date, came.form, came.currency)
                  = (taken.box, taken.business_date, taken.form, taken.currency)
 WHERE first_closed_at IS NOT NULL AND came.match_id IS NULL
 GROUP BY company, taken.box, taken.currency, age HAVING sum(net) <> 0
 ORDER BY company, taken.currency, age, taken.box COLLATE "C";

-- name: owners
-- Who looks after what of a company's open money: the newest of each item.
SELECT DISTINCT ON (item) item, owner, reason, noted_by, noted_at
  FROM ledger.arrival_owner WHERE company = :company ORDER BY item, note_id DESC;

-- name: add_owner<!
INSERT INTO ledger.arrival_owner (company, item, owner, reason, noted_by)
VALUES (:company, :item, :owner, :reason, :noted_by) RETURNING note_id;

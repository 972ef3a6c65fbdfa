-- name: sent
-- Documents of the ERP by number, alone or with lot and sublot before it.
SELECT box, business_date, entry_id, entry_key, entry.reverses IS NOT NULL AS reversal, rtrim(attempt.lot) AS lot,
       rtrim(sublot) AS sublot, rtrim(document) AS document, state, total, currency
  FROM ledger.entry JOIN erp.attempt USING (entry_id)
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
   AND (CAST(:text AS text) IN (rtrim(document), rtrim(attempt.lot) || '/' || rtrim(sublot))
        OR position(:text IN rtrim(attempt.lot) || '/' || rtrim(sublot) || '/' || rtrim(document)) = 1)
 ORDER BY business_date DESC, box, attempt_id LIMIT :most;

-- name: documents
-- Staged documents by a part of their number, or by their money.
SELECT box, business_date, reference, document_key, kind, form, net, currency, snapshot_id, place
  FROM staging.document JOIN staging.day USING (box, business_date)
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
   AND (position(:folded IN lower(translate(reference, :marked, :plain))) > 0 OR document_key = :text OR net = :amount)
 ORDER BY business_date DESC, box, document_key LIMIT :most;

-- name: held_back
-- Rows that are not booked, by a part of what they hold (tokens stand for personal values), or by their money.
SELECT box, business_date, kind, form, net, currency, message, snapshot_id, place
  FROM staging.quarantined JOIN staging.day USING (box, business_date)
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
   AND (net = :amount OR EXISTS (SELECT FROM jsonb_path_query("row", '$.** ? (@.type() == "string")') AS value
                                  WHERE position(:folded IN lower(translate(value #>> '{}', :marked, :plain))) > 0))
 ORDER BY business_date DESC, box, place LIMIT :most;

-- name: lines
-- Lines of current journals by a part of their text, by account, or by amount.
SELECT box, business_date, entry_id, line, side, account, history, amount, currency
  FROM ledger.entry JOIN ledger.line USING (entry_id)
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last AND reverses IS NULL
   AND revision_id = (SELECT revision_id FROM ledger.revision AS newest
                       WHERE newest.box = entry.box AND newest.business_date = entry.business_date
                       ORDER BY revision DESC LIMIT 1)
   AND (account = :text OR position(:folded IN lower(translate(history, :marked, :plain))) > 0 OR amount = :amount)
 ORDER BY business_date DESC, box, entry_id, line LIMIT :most;

-- name: lines_of
-- The lines of entries.
SELECT entry_id, line, side, account, history, amount FROM ledger.line
 WHERE entry_id = ANY(:entries) ORDER BY entry_id, line;

-- name: read_from
-- Each place that a day's rows stand at, booked or held back.
SELECT kind, form, net, place FROM staging.document WHERE box = :box AND business_date = :business_date
UNION ALL
SELECT kind, form, net, place FROM staging.quarantined WHERE box = :box AND business_date = :business_date
 ORDER BY place;

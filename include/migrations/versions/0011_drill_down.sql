-- From an ERP document, or any journal line, to the documents behind it and the snapshot they were read from; and back.

CREATE VIEW ledger.drill_down AS
SELECT entry.box, entry.business_date, booked.revision, entry.entry_key, original.entry_key AS reverses,
       attempt.tenant, entry.entry_date, attempt.lot, attempt.sublot, attempt.document AS erp_document,
       attempt.state AS erp_state,
       line.line, line.side, line.account, line.cost_centre, line.amount AS line_amount, entry.currency, line.history,
       source.document_key, staged.reference, source.kind, source.form, source.component, source.amount, source.place,
       snapshot.snapshot_id, snapshot.received_at, snapshot.sha256
  FROM ledger.entry
  LEFT JOIN ledger.entry AS original ON original.entry_id = entry.reverses
  -- A reversal is made on behalf of newer books, but takes back lines that were read from the older ones' snapshot.
  JOIN ledger.revision AS booked ON booked.revision_id = coalesce(original.revision_id, entry.revision_id)
  JOIN landing.snapshot ON snapshot.snapshot_id = booked.snapshot_id
  LEFT JOIN erp.attempt ON attempt.entry_id = entry.entry_id AND attempt.state IN ('confirmed', 'withdrawn')
  JOIN ledger.line ON line.entry_id = entry.entry_id
  LEFT JOIN ledger.line_source AS source ON source.entry_id = line.entry_id AND source.line = line.line
  LEFT JOIN staging.document AS staged ON staged.box = entry.box AND staged.business_date = entry.business_date
                                      AND staged.document_key = source.document_key;
COMMENT ON VIEW ledger.drill_down IS 'One row a journal line and document behind it: the ERP document above them, the snapshot below.';
COMMENT ON COLUMN ledger.drill_down.revision IS 'The books that the line stands in; of a reversal, those that it takes back.';
COMMENT ON COLUMN ledger.drill_down.erp_document IS 'CT2_DOC at tenant, entry_date, lot and sublot; null where the ERP never confirmed it.';
COMMENT ON COLUMN ledger.drill_down.reference IS 'The number that people know the document by; null where the day as staged now lacks it.';
COMMENT ON COLUMN ledger.drill_down.place IS 'The row in the snapshot''s body.';

-- name: standing
-- Entries of boxes as they stand. A row is a line and a document behind it.
SELECT entry.entry_id, entry.entry_key, entry.box, entry.business_date, entry.entry_date, entry.part, entry.currency,
       booked.revision, coalesce(original.entry_key, '') AS reverses,
       concat_ws('/', entry.lot, entry.sublot, entry.erp_document) AS erp_document, snapshot.sha256,
       line.line, line.side, line.account, line.cost_centre, line.item, line.value_class, line.entities,
       line.amount AS line_amount, line.history, line.foreign_currency, line.foreign_amount,
       source.document_key, source.component, source.amount, source.foreign_amount AS source_foreign, source.turned,
       source.place,
       coalesce(staged.reference, '') AS reference
  FROM ledger.entry_now AS entry
  LEFT JOIN ledger.entry AS original ON original.entry_id = entry.reverses
  JOIN ledger.revision AS booked ON booked.revision_id = coalesce(original.revision_id, entry.revision_id)
  JOIN landing.snapshot ON snapshot.snapshot_id = booked.snapshot_id
  JOIN ledger.line ON line.entry_id = entry.entry_id
  CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
  LEFT JOIN staging.document AS staged ON staged.box = entry.box AND staged.business_date = entry.business_date
                                      AND staged.document_key = source.document_key
 WHERE entry.box = ANY(:boxes) AND entry.entry_date BETWEEN :first AND :last
 ORDER BY entry.entry_date, entry.entry_id, line.line, source.document_key, source.component;

-- What stands, for whatever shows the journal or adds it up. An entry that is not in the ERP stands only where it replaces
-- nothing there: beside the books that it is to replace, the day would be counted twice. No reversal stands before the ERP
-- has it. An entry of before sites were kept counts as one of the present site (0017).
CREATE VIEW ledger.entry_now AS
SELECT entry.entry_id, entry.entry_key, entry.revision_id, entry.box, entry.business_date, entry.entry_date, entry.part,
       entry.reverses, entry.currency, entry.total,
       held.attempt_id, held.lot, held.sublot, held.document AS erp_document,
       held.attempt_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM erp.attempt AS reversing
                        WHERE reversing.takes_back = entry.entry_id AND reversing.state = 'confirmed') AS counts
  FROM ledger.entry
  LEFT JOIN ledger.cash_box_now AS here USING (box)
  LEFT JOIN erp.attempt AS held ON held.entry_id = entry.entry_id AND held.state = 'confirmed'
 WHERE (coalesce(held.site, entry.site) = here.erp_site) IS NOT FALSE
   AND (held.attempt_id IS NOT NULL
        OR entry.reverses IS NULL
           AND NOT EXISTS (SELECT FROM ledger.revision AS newer
                            WHERE newer.box = entry.box AND newer.business_date = entry.business_date
                              AND newer.revision_id > entry.revision_id)
           AND NOT EXISTS (SELECT FROM ledger.entry AS other
                             JOIN erp.attempt AS standing ON standing.entry_id = other.entry_id
                                                         AND standing.state = 'confirmed'
                            WHERE other.box = entry.box AND other.business_date = entry.business_date
                              AND other.revision_id <> entry.revision_id AND other.reverses IS NULL
                              AND (coalesce(standing.site, other.site) = here.erp_site) IS NOT FALSE
                              AND NOT EXISTS (SELECT FROM erp.attempt AS reversing
                                               WHERE reversing.takes_back = other.entry_id
                                                 AND reversing.state = 'confirmed')));
COMMENT ON VIEW ledger.entry_now IS 'Entries as they stand at the site of the ERP that their box posts to now: what the ERP holds, and a day''s newest books where it holds no others of that day.';
COMMENT ON COLUMN ledger.entry_now.attempt_id IS 'What put it into the ERP; null while it is not there.';
COMMENT ON COLUMN ledger.entry_now.counts IS 'Whether the ERP holds it and no reversal of it.';

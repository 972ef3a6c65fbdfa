-- Books of a lot that the box has left are reversed in the one that it has now, once for each date and lot.
DROP INDEX ledger.an_entry_is_reversed_once_a_date;
CREATE UNIQUE INDEX an_entry_is_reversed_once_a_date_and_lot ON ledger.entry (reverses, entry_date, lot)
 WHERE reverses IS NOT NULL;

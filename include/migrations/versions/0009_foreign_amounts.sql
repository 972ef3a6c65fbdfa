-- What a line, and each document's share of it, is in the documents' own currency, where that is not the entry's.
ALTER TABLE ledger.line
    ADD COLUMN foreign_currency char(3),
    ADD COLUMN foreign_amount   numeric(18, 2) CHECK (foreign_amount > 0),
    ADD CHECK ((foreign_currency IS NULL) = (foreign_amount IS NULL));
COMMENT ON COLUMN ledger.line.amount IS 'In the entry''s currency.';
COMMENT ON COLUMN ledger.line.foreign_amount IS 'The same in foreign_currency, by the documents'' own rates; null where they are in the entry''s.';

ALTER TABLE ledger.line_source ADD COLUMN foreign_amount numeric(18, 2);
COMMENT ON COLUMN ledger.line_source.amount IS 'In the entry''s currency.';
COMMENT ON COLUMN ledger.line_source.foreign_amount IS 'The same in the line''s foreign_currency.';

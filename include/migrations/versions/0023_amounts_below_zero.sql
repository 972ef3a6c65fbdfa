-- A document's amount can be below zero: a discount on a sale, a receipt that is taken back. Its share then stands on the
-- other side of the entry than the mapping's posting says, above zero as all shares.
ALTER TABLE ledger.line_source ADD COLUMN turned boolean CHECK (turned);
COMMENT ON COLUMN ledger.line_source.turned IS 'True where the document''s amount is below zero, so that its share stands on the other side; else null.';

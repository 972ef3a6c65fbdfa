-- The money of a quarantined row was taken to be in the currency of most of its day's documents, which is wrong for a sale
-- in dollars among sales in pesos. Rows of days that were staged before have none, until they are staged again.

ALTER TABLE staging.quarantined ADD COLUMN currency char(3);
COMMENT ON COLUMN staging.quarantined.currency IS 'Of net; null in rows of days that were staged before this was kept.';

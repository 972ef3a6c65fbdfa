-- A task that ends between a look and the message about it leaves the message to the next run.
CREATE TABLE ledger.look_news (
    look_id bigint PRIMARY KEY REFERENCES ledger.look,
    told_at timestamptz
);
COMMENT ON TABLE ledger.look_news IS 'A look that found what the look before had not, of which people are told once.';
COMMENT ON COLUMN ledger.look_news.told_at IS 'When they were told; null as long as no message could be sent.';
CREATE INDEX ON ledger.look_news (look_id) WHERE told_at IS NULL;

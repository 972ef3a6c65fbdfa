-- A source that tells of an invoice only how much was collected so far: what each reading showed of it, where that is not
-- what the reading before it had shown. From these rows, not from all landed texts, a day's collections are told.

CREATE TABLE landing.invoice_seen (
    source       text NOT NULL,
    connection   text NOT NULL,
    project      text NOT NULL,
    invoice      text NOT NULL,
    snapshot_id  bigint NOT NULL REFERENCES landing.snapshot,
    number       text NOT NULL,
    issued_on    date NOT NULL,
    base         numeric,
    total        numeric,
    rate         text NOT NULL,
    collected    numeric NOT NULL,
    collected_on date,
    gone         boolean NOT NULL DEFAULT false,
    PRIMARY KEY (source, connection, project, invoice, snapshot_id)
);
COMMENT ON TABLE landing.invoice_seen IS 'What a landing showed of an invoice, where it is not what was shown before.';
COMMENT ON COLUMN landing.invoice_seen.collected IS 'What had been collected so far; collected_on is the day of the last collection, as the source says.';
COMMENT ON COLUMN landing.invoice_seen.gone IS 'The source no longer has the invoice.';

CREATE TABLE landing.invoices_read (
    snapshot_id bigint PRIMARY KEY REFERENCES landing.snapshot,
    read_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE landing.invoices_read IS 'The landings whose invoices stand in landing.invoice_seen.';

-- Landings up to this one are older than these tables. They are read when their place is landed next; the days that were
-- booked from them are then held against what is known now, and those that differ are told, and left as they are.
CREATE TABLE landing.invoices_kept_since (
    only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    snapshot_id bigint NOT NULL
);
INSERT INTO landing.invoices_kept_since (snapshot_id) SELECT coalesce(max(snapshot_id), 0) FROM landing.snapshot;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.invoice_seen
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.invoices_read
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.invoices_kept_since
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

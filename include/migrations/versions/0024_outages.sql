-- Steps that wait for a vendor that is down, so that the board says until when, and people are told of all of them at once.
CREATE TABLE ledger.waiting (
    box           text NOT NULL,
    business_date date NOT NULL,
    step          text NOT NULL,
    company       text NOT NULL,
    name          text NOT NULL,
    connection    text NOT NULL,
    vendor        text NOT NULL,
    since         timestamptz NOT NULL DEFAULT clock_timestamp(),
    again_at      timestamptz,
    until         timestamptz NOT NULL,
    told_at       timestamptz,
    PRIMARY KEY (box, business_date, step)
);
COMMENT ON TABLE ledger.waiting IS 'A day''s step that a vendor, or the ledger, kept from going on; gone once the step has gone on.';
COMMENT ON COLUMN ledger.waiting.name IS 'The box''s name, for people.';
COMMENT ON COLUMN ledger.waiting.since IS 'When its retries had ended.';
COMMENT ON COLUMN ledger.waiting.again_at IS 'When it is asked again; null once the deadline is over and the step has failed.';
COMMENT ON COLUMN ledger.waiting.until IS 'Its deadline.';
COMMENT ON COLUMN ledger.waiting.told_at IS 'When people were told of it; null: not yet.';
CREATE INDEX ON ledger.waiting (company, connection);

-- Which sites of the ERP are the sandbox's: nothing that stands there is in anybody's real books.
CREATE TABLE ledger.sandbox_site (
    site     text PRIMARY KEY,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ledger.sandbox_site IS 'Sites of the ERP that are the sandbox''s, as their connections said when a day was last landed or posted.';

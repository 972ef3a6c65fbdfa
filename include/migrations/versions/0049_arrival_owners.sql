-- Who looks after an amount that did not arrive, or a movement that belongs to nothing.
CREATE TABLE ledger.arrival_owner (
    note_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company  text NOT NULL CHECK (company <> ''),
    item     text NOT NULL CHECK (item <> ''),
    owner    text NOT NULL CHECK (char_length(btrim(owner)) BETWEEN 1 AND 100),
    reason   text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    noted_by text NOT NULL CHECK (btrim(noted_by) <> ''),
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON ledger.arrival_owner (company, item, note_id);
COMMENT ON TABLE ledger.arrival_owner IS 'Who looks after an open amount or movement, and why it is open; the newest of an item counts.';
COMMENT ON COLUMN ledger.arrival_owner.item IS 'Booked: box, date, currency and form with | between them. Arrived: statement and row with a colon.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.arrival_owner
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION ledger.said_by_arrival_owner(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.arrival_owner AS own WHERE note_id = subject
$$;
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.arrival_owner
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('arrival owner', 'note_id');

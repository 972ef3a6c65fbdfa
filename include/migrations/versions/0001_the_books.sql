-- Five rooms, in the order in which money passes through them. What was landed, booked or compared is never
-- changed or removed; staging is replaced whole; an attempt only moves forward through its states.

CREATE SCHEMA landing;
CREATE SCHEMA staging;
CREATE SCHEMA ledger;
CREATE SCHEMA erp;
CREATE SCHEMA reconciliation;

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- landing: what a source said, whole, as it came ------------------------------------------------------------------

CREATE TABLE landing.body (
    sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    body   text NOT NULL
);
COMMENT ON TABLE landing.body IS 'An answer''s text, once for all the snapshots that said the same.';

CREATE TABLE landing.snapshot (
    snapshot_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source        text NOT NULL,
    connection    text NOT NULL,
    source_key    text NOT NULL,
    business_date date NOT NULL,
    asked         jsonb NOT NULL,
    received_at   timestamptz NOT NULL,
    sha256        text NOT NULL REFERENCES landing.body,
    landed_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON landing.snapshot (source, connection, source_key, business_date, snapshot_id DESC);
COMMENT ON TABLE landing.snapshot IS 'One complete answer of a source for a day: what was asked, when it came, its hash.';

CREATE TABLE landing.control_total (
    snapshot_id bigint NOT NULL REFERENCES landing.snapshot,
    kind        text NOT NULL,
    form        text NOT NULL,
    rows        integer NOT NULL CHECK (rows >= 0),
    net         numeric(18, 2) NOT NULL,
    PRIMARY KEY (snapshot_id, kind, form)
);
COMMENT ON TABLE landing.control_total IS 'What the raw answer sums to by kind and form of payment, summed apart from staging.';

-- staging: the snapshot's rows, typed; replaced whole ---------------------------------------------------------------

CREATE TABLE staging.day (
    box           text NOT NULL,
    business_date date NOT NULL,
    snapshot_id   bigint NOT NULL REFERENCES landing.snapshot,
    staged_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (box, business_date)
);

CREATE TABLE staging.document (
    box           text NOT NULL,
    business_date date NOT NULL,
    document_key  text NOT NULL,
    kind          text NOT NULL,
    form          text NOT NULL,
    currency      char(3) NOT NULL,
    net           numeric(18, 2) NOT NULL,
    amounts       jsonb NOT NULL,
    attributes    jsonb NOT NULL,
    place         text NOT NULL,
    reference     text NOT NULL,
    PRIMARY KEY (box, business_date, document_key),
    FOREIGN KEY (box, business_date) REFERENCES staging.day
);

CREATE TABLE staging.quarantined (
    box           text NOT NULL,
    business_date date NOT NULL,
    place         text NOT NULL,
    kind          text NOT NULL,
    form          text NOT NULL,
    reason        text NOT NULL,
    message       text NOT NULL,
    net           numeric(18, 2),
    "row"         jsonb NOT NULL,
    blocking      boolean NOT NULL,
    PRIMARY KEY (box, business_date, place, reason),
    FOREIGN KEY (box, business_date) REFERENCES staging.day
);
COMMENT ON TABLE staging.quarantined IS 'Rows that are not booked, with the reason. A blocking one stops its day.';

-- ledger: the books, frozen -------------------------------------------------------------------------------------------

CREATE TABLE ledger.revision (
    revision_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    box            text NOT NULL,
    business_date  date NOT NULL,
    revision       integer NOT NULL CHECK (revision > 0),
    snapshot_id    bigint NOT NULL REFERENCES landing.snapshot,
    mapping        text NOT NULL,
    mapping_digest text NOT NULL,
    digest         text NOT NULL,
    frozen_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (box, business_date, revision)
);
COMMENT ON TABLE ledger.revision IS 'A day''s books; a day whose books changed has a further revision. One without entries is a day of no activity.';

CREATE TABLE ledger.entry (
    entry_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_key     text NOT NULL UNIQUE,
    revision_id   bigint NOT NULL REFERENCES ledger.revision,
    box           text NOT NULL,
    business_date date NOT NULL,
    part          integer NOT NULL CHECK (part > 0),
    reverses      bigint REFERENCES ledger.entry,
    tenant        text NOT NULL,
    lot           char(6) NOT NULL,
    entry_date    date NOT NULL,
    currency      char(3) NOT NULL,
    total         numeric(18, 2) NOT NULL CHECK (total > 0),
    digest        text NOT NULL,
    written_in    xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX ON ledger.entry (box, business_date);
CREATE INDEX ON ledger.entry (revision_id);
CREATE UNIQUE INDEX an_entry_is_reversed_once ON ledger.entry (reverses) WHERE reverses IS NOT NULL;
CREATE UNIQUE INDEX a_part_is_booked_once ON ledger.entry (revision_id, part) WHERE reverses IS NULL;
COMMENT ON COLUMN ledger.entry.entry_key IS 'What the ERP''s CT2_KEY carries.';
COMMENT ON COLUMN ledger.entry.reverses IS 'The entry that this one takes back; null for a booking.';

CREATE TABLE ledger.line (
    entry_id    bigint NOT NULL REFERENCES ledger.entry,
    line        integer NOT NULL CHECK (line > 0),
    side        char(1) NOT NULL CHECK (side IN ('D', 'C')),
    account     text NOT NULL,
    cost_centre text NOT NULL,
    item        text NOT NULL,
    value_class text NOT NULL,
    entities    jsonb NOT NULL,
    amount      numeric(18, 2) NOT NULL CHECK (amount > 0),
    history     text NOT NULL CHECK (char_length(history) BETWEEN 1 AND 40),
    PRIMARY KEY (entry_id, line)
);

CREATE TABLE ledger.line_source (
    entry_id     bigint NOT NULL,
    line         integer NOT NULL,
    document_key text NOT NULL,
    kind         text NOT NULL,
    form         text NOT NULL,
    component    text NOT NULL,
    amount       numeric(18, 2) NOT NULL,
    place        text NOT NULL,
    FOREIGN KEY (entry_id, line) REFERENCES ledger.line
);
CREATE INDEX ON ledger.line_source (entry_id, line);
CREATE INDEX ON ledger.line_source (document_key);
COMMENT ON TABLE ledger.line_source IS 'The documents behind each line; place leads to the row in the revision''s snapshot.';

-- An entry that does not balance cannot be committed, however it was written.
CREATE FUNCTION ledger.refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    debit  numeric;
    credit numeric;
BEGIN
    SELECT coalesce(sum(amount) FILTER (WHERE side = 'D'), 0), coalesce(sum(amount) FILTER (WHERE side = 'C'), 0)
      INTO debit, credit FROM ledger.line WHERE entry_id = NEW.entry_id;
    IF debit <> credit OR debit <> NEW.total THEN
        RAISE EXCEPTION 'entry % does not balance: debit %, credit %, total %', NEW.entry_key, debit, credit, NEW.total
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON ledger.entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.refuse_unbalanced();

-- Lines come with their entry, in its own transaction, or not at all; so the check above sees all of them.
CREATE FUNCTION ledger.refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM written JOIN ledger.entry USING (entry_id) WHERE written_in <> pg_current_xact_id()) THEN
        RAISE EXCEPTION 'a frozen entry takes no more lines' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER frozen AFTER INSERT ON ledger.line
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_late_lines();
CREATE TRIGGER frozen AFTER INSERT ON ledger.line_source
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_late_lines();

-- erp: attempts to put an entry into the ERP ---------------------------------------------------------------------------

CREATE TABLE erp.attempt (
    attempt_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id    bigint NOT NULL REFERENCES ledger.entry,
    tenant      text NOT NULL,
    entry_date  date NOT NULL,
    lot         char(6) NOT NULL,
    sublot      char(3) NOT NULL CHECK (sublot ~ '^[0-9A-Z]{3}$' AND sublot <> '000'),
    state       text NOT NULL DEFAULT 'claimed' CHECK (state IN ('claimed', 'confirmed', 'rejected', 'doomed')),
    worker      text NOT NULL,
    claimed_at  timestamptz NOT NULL,
    lease_until timestamptz NOT NULL,
    decided_at  timestamptz,
    document    char(6),
    outcome     text,
    reaped_at   timestamptz,
    reaps       integer NOT NULL DEFAULT 0,
    removed     integer NOT NULL DEFAULT 0,
    UNIQUE (tenant, entry_date, lot, sublot),
    CHECK ((state = 'claimed') = (decided_at IS NULL)),
    CHECK ((state = 'confirmed') = (document IS NOT NULL)),
    CHECK (reaped_at IS NULL OR state IN ('rejected', 'doomed'))
);
CREATE UNIQUE INDEX one_live_attempt_an_entry ON erp.attempt (entry_id) WHERE state IN ('claimed', 'confirmed');
CREATE INDEX ON erp.attempt (decided_at) WHERE state IN ('rejected', 'doomed');
COMMENT ON TABLE erp.attempt IS 'Each try to put an entry into the ERP, at an address used only once.';
COMMENT ON COLUMN erp.attempt.reaped_at IS 'When the address was last found, or made, empty; null on a doomed attempt means uncertain.';
COMMENT ON COLUMN erp.attempt.reaps IS 'How often it was found or made empty: at once, and by sweeps 5 minutes, 1 hour and 1 day later.';
COMMENT ON COLUMN erp.attempt.removed IS 'How many documents its reaps removed from the ERP.';

-- The ledger's clock. A test may set it; a worker's own clock never decides about a lease.
CREATE FUNCTION erp.clock() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('cierre.now', true), '')::timestamptz, clock_timestamp())
$$;

-- An attempt moves forward only, and a confirmed one is final.
CREATE FUNCTION erp.refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state <> 'claimed' AND NEW.state <> OLD.state)
       OR (OLD.entry_id, OLD.tenant, OLD.entry_date, OLD.lot, OLD.sublot)
          IS DISTINCT FROM (NEW.entry_id, NEW.tenant, NEW.entry_date, NEW.lot, NEW.sublot) THEN
        RAISE EXCEPTION 'attempt % is % and cannot become %', OLD.attempt_id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER forward BEFORE UPDATE ON erp.attempt FOR EACH ROW EXECUTE FUNCTION erp.refuse_step_back();

-- reconciliation: each comparison with both figures -----------------------------------------------------------------------

CREATE TABLE reconciliation.run (
    run_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    box           text NOT NULL,
    business_date date NOT NULL,
    revision_id   bigint NOT NULL REFERENCES ledger.revision,
    state         text NOT NULL CHECK (state IN ('reconciled', 'no activity', 'discrepancy')),
    reconciled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON reconciliation.run (box, business_date, run_id DESC);

CREATE TABLE reconciliation.comparison (
    run_id      bigint NOT NULL REFERENCES reconciliation.run,
    comparison  integer NOT NULL,
    kind        text NOT NULL,
    form        text NOT NULL,
    "left"      text NOT NULL,
    "right"     text NOT NULL,
    left_rows   integer NOT NULL,
    right_rows  integer NOT NULL,
    left_net    numeric(18, 2) NOT NULL,
    right_net   numeric(18, 2) NOT NULL,
    difference  numeric(18, 2) GENERATED ALWAYS AS (left_net - right_net) STORED,
    agrees      boolean GENERATED ALWAYS AS (left_net = right_net AND left_rows = right_rows) STORED,
    PRIMARY KEY (run_id, comparison)
);
COMMENT ON TABLE reconciliation.comparison IS 'Two stations of the money side by side, by kind and form of payment ("" and "all": the day''s total).';

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['landing.body', 'landing.snapshot', 'landing.control_total', 'ledger.revision',
        'ledger.entry', 'ledger.line', 'ledger.line_source', 'reconciliation.run', 'reconciliation.comparison']
    LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', kept);
    END LOOP;
    EXECUTE 'CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON erp.attempt
             FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()';
END $$;

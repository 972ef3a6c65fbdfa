-- A bank's statement, whole as it came.
CREATE TABLE landing.statement (
    statement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company      text NOT NULL CHECK (company <> ''),
    format       text NOT NULL CHECK (format <> ''),
    account      text NOT NULL CHECK (account <> ''),
    currency     char(3) NOT NULL,
    first_day    date NOT NULL,
    last_day     date NOT NULL CHECK (last_day >= first_day),
    opening      numeric,
    closing      numeric,
    sha256       char(64) NOT NULL,
    file         bytea NOT NULL CHECK (encode(sha256(file), 'hex') = sha256),
    taken_by     text NOT NULL CHECK (btrim(taken_by) <> ''),
    taken_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (company, sha256)
);
CREATE INDEX ON landing.statement (company, account, first_day);
COMMENT ON TABLE landing.statement IS 'A statement of a bank''s account that a person uploaded; its certificate held.';
COMMENT ON COLUMN landing.statement.format IS 'The file of statements/ by which it was read.';
COMMENT ON COLUMN landing.statement.opening IS 'The balance before the first movement; null where the bank does not say it: then nothing attests that the movements are all.';
COMMENT ON COLUMN landing.statement.file IS 'The file, byte by byte.';

CREATE TABLE landing.statement_line (
    statement_id bigint NOT NULL REFERENCES landing.statement,
    line         int NOT NULL CHECK (line > 0),
    booked       date NOT NULL,
    value        date NOT NULL,
    amount       numeric NOT NULL,
    bank_id      text NOT NULL,
    reference    text NOT NULL,
    channel      text NOT NULL,
    terminal     text NOT NULL,
    PRIMARY KEY (statement_id, line)
);
COMMENT ON TABLE landing.statement_line IS 'A movement of a statement, by its row in the file; positive where money came in. What else the bank wrote stands in the file alone.';
COMMENT ON COLUMN landing.statement_line.channel IS 'Whose money it is by the format''s rules; empty where these do not say.';

-- What belongs to what.
CREATE TABLE ledger.match (
    match_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company    text NOT NULL CHECK (company <> ''),
    why        text NOT NULL CHECK (why IN ('identity', 'amount', 'together', 'alike', 'person')),
    late       boolean NOT NULL,
    decided_by text CHECK (btrim(decided_by) <> ''),
    comment    text CHECK (char_length(comment) BETWEEN 1 AND 500),
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((why = 'person') = (decided_by IS NOT NULL)),
    CHECK (why <> 'person' OR comment IS NOT NULL)
);
CREATE INDEX ON ledger.match (company, match_id);
COMMENT ON TABLE ledger.match IS 'Booked money and movements of a bank that belong together: the only answer that the rules left, or a person''s.';
COMMENT ON COLUMN ledger.match.decided_by IS 'The Airflow user; null where the rules left one answer.';

CREATE TABLE ledger.match_booked (
    match_id      bigint NOT NULL REFERENCES ledger.match,
    box           text NOT NULL,
    business_date date NOT NULL,
    currency      char(3) NOT NULL,
    form          text NOT NULL,
    gross         numeric NOT NULL,
    net           numeric NOT NULL,
    PRIMARY KEY (match_id, box, business_date, currency, form)
);
CREATE INDEX ON ledger.match_booked (box, business_date);
COMMENT ON TABLE ledger.match_booked IS 'The money of a form of payment of a box''s day, as it was when it was matched: booked (gross), and to arrive (net).';

CREATE TABLE ledger.match_arrived (
    match_id     bigint NOT NULL REFERENCES ledger.match,
    statement_id bigint NOT NULL,
    line         int NOT NULL,
    PRIMARY KEY (match_id, statement_id, line),
    FOREIGN KEY (statement_id, line) REFERENCES landing.statement_line
);
CREATE INDEX ON ledger.match_arrived (statement_id, line);
COMMENT ON TABLE ledger.match_arrived IS 'A movement of a match.';

CREATE TABLE ledger.match_undone (
    match_id  bigint PRIMARY KEY REFERENCES ledger.match,
    undone_by text NOT NULL CHECK (btrim(undone_by) <> ''),
    reason    text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    undone_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ledger.match_undone IS 'A match that a person took back, and why; its movements are matched by nobody but a person from then on.';

CREATE VIEW ledger.match_now AS
SELECT match_id, company, why, late, decided_by, comment, decided_at
  FROM ledger.match AS own WHERE NOT EXISTS (SELECT FROM ledger.match_undone AS undone WHERE undone.match_id = own.match_id);
COMMENT ON VIEW ledger.match_now IS 'The matches that stand.';

-- Nothing is matched twice. Whoever adds matches of a company holds its lock (cierre.ledger.arrivals).
CREATE FUNCTION ledger.refuse_second_match() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'match_arrived' THEN
        IF EXISTS (SELECT FROM ledger.match_arrived JOIN ledger.match_now USING (match_id)
                    WHERE statement_id = NEW.statement_id AND line = NEW.line) THEN
            RAISE EXCEPTION 'movement % of statement % is matched', NEW.line, NEW.statement_id USING ERRCODE = 'unique_violation';
        END IF;
    ELSIF EXISTS (SELECT FROM ledger.match_booked JOIN ledger.match_now USING (match_id)
                   WHERE box = NEW.box AND business_date = NEW.business_date AND currency = NEW.currency AND form = NEW.form) THEN
        RAISE EXCEPTION 'form % of % on % is matched', NEW.form, NEW.box, NEW.business_date USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER once BEFORE INSERT ON ledger.match_arrived FOR EACH ROW EXECUTE FUNCTION ledger.refuse_second_match();
CREATE TRIGGER once BEFORE INSERT ON ledger.match_booked FOR EACH ROW EXECUTE FUNCTION ledger.refuse_second_match();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.statement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.statement_line
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.match
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.match_booked
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.match_arrived
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.match_undone
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Each is a link of the chain of what belongs to no box (cierre.ledger.sealed_rows). A file is sealed by its hash, which
-- the table holds to its bytes.
CREATE FUNCTION ledger.said_by_statement(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(own) - 'file',
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(movement)), ''::bytea ORDER BY line)), 'hex')
                  FROM landing.statement_line AS movement WHERE statement_id = subject))
      FROM landing.statement AS own WHERE statement_id = subject
$$;
CREATE FUNCTION ledger.said_by_match(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(own),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(booked)), ''::bytea
                                                ORDER BY box COLLATE "C", business_date, currency, form COLLATE "C")), 'hex')
                  FROM ledger.match_booked AS booked WHERE match_id = subject),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(arrived)), ''::bytea ORDER BY statement_id, line)), 'hex')
                  FROM ledger.match_arrived AS arrived WHERE match_id = subject))
      FROM ledger.match AS own WHERE match_id = subject
$$;
CREATE FUNCTION ledger.said_by_match_undone(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.match_undone AS own WHERE match_id = subject
$$;
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON landing.statement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('statement', 'statement_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.match
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('match', 'match_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.match_undone
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('match undone', 'match_id');

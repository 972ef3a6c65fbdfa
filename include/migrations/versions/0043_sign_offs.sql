-- What a person signed of a company's month.
CREATE TABLE ledger.sign_off (
    sign_off_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company     text NOT NULL CHECK (company <> ''),
    month       date NOT NULL CHECK (extract(day FROM month) = 1),
    signed_by   text NOT NULL CHECK (btrim(signed_by) <> ''),
    ran_by      text[] NOT NULL,
    checklist   jsonb NOT NULL,
    comment     text CHECK (char_length(comment) BETWEEN 1 AND 500),
    signed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (signed_by <> ALL (ran_by))
);
CREATE INDEX ON ledger.sign_off (company, month, sign_off_id);
COMMENT ON TABLE ledger.sign_off IS 'A person''s signature of a company''s month; the newest of a month counts, unless it was revoked.';
COMMENT ON COLUMN ledger.sign_off.month IS 'The first day of the month, by business dates.';
COMMENT ON COLUMN ledger.sign_off.signed_by IS 'The Airflow user; never one of ran_by.';
COMMENT ON COLUMN ledger.sign_off.ran_by IS 'The Airflow users who had triggered, cleared or backfilled a close of the month''s days.';
COMMENT ON COLUMN ledger.sign_off.checklist IS 'The month''s checklist as it was signed: of each line its item, its mark and its figures.';
COMMENT ON COLUMN ledger.sign_off.comment IS 'What the person said to it, on one line.';

CREATE TABLE ledger.signed_day (
    sign_off_id   bigint NOT NULL REFERENCES ledger.sign_off,
    box           text NOT NULL,
    business_date date NOT NULL,
    state         text NOT NULL,
    revision      int,
    booked        numeric NOT NULL,
    currency      text,
    PRIMARY KEY (sign_off_id, box, business_date)
);
CREATE INDEX ON ledger.signed_day (box, business_date);
COMMENT ON TABLE ledger.signed_day IS 'A day as it was signed: its state on the board, its revision and what that booked.';

CREATE TABLE ledger.signed_head (
    sign_off_id bigint NOT NULL REFERENCES ledger.sign_off,
    box         text NOT NULL,
    links       bigint NOT NULL,
    hash        text NOT NULL,
    PRIMARY KEY (sign_off_id, box)
);
COMMENT ON TABLE ledger.signed_head IS 'The head of a box''s chain as it was signed.';

CREATE TABLE ledger.revocation (
    sign_off_id bigint PRIMARY KEY REFERENCES ledger.sign_off,
    revoked_by  text NOT NULL CHECK (btrim(revoked_by) <> ''),
    reason      text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    revoked_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ledger.revocation IS 'A sign-off that a person took back, and why.';

-- How the months of companies stand.
CREATE VIEW ledger.sign_off_now AS
SELECT DISTINCT ON (company, month) sign_off_id, company, month, signed_by, signed_at, comment, ran_by, revoked_by,
       reason, revoked_at
  FROM ledger.sign_off LEFT JOIN ledger.revocation USING (sign_off_id)
 ORDER BY company, month, sign_off_id DESC;
COMMENT ON VIEW ledger.sign_off_now IS 'The newest sign-off of each company''s month, with its revocation; without one, the month is signed.';

-- What an audit found: a month is signed only after a sound one.
CREATE TABLE ledger.audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    read_at  timestamptz NOT NULL,
    links    bigint NOT NULL CHECK (links >= 0),
    broken   text[] NOT NULL,
    wrong    int NOT NULL CHECK (wrong >= 0)
);
COMMENT ON TABLE ledger.audit IS 'What the daily audit found.';
COMMENT ON COLUMN ledger.audit.read_at IS 'As of when it read the books: what came later is not in it.';
COMMENT ON COLUMN ledger.audit.broken IS 'The boxes whose chains are broken; * is the chain of what belongs to no box.';
COMMENT ON COLUMN ledger.audit.wrong IS 'How much else was wrong.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.sign_off
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.signed_day
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.signed_head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.revocation
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.audit
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Each is a link of the chain of what belongs to no box (cierre.ledger.sealed_rows).
CREATE FUNCTION ledger.said_by_sign_off(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(own),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(day)), ''::bytea
                                                ORDER BY box COLLATE "C", business_date)), 'hex')
                  FROM ledger.signed_day AS day WHERE sign_off_id = subject),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(head)), ''::bytea ORDER BY box COLLATE "C")), 'hex')
                  FROM ledger.signed_head AS head WHERE sign_off_id = subject))
      FROM ledger.sign_off AS own WHERE sign_off_id = subject
$$;
CREATE FUNCTION ledger.said_by_revocation(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.revocation AS own WHERE sign_off_id = subject
$$;
CREATE FUNCTION ledger.said_by_audit(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.audit AS own WHERE audit_id = subject
$$;
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.sign_off
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('sign off', 'sign_off_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.revocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('revocation', 'sign_off_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.audit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('audit', 'audit_id');

-- Few days are changed, and a thousand boxes' month is asked for them at each look at the board.
CREATE INDEX changed_days ON board.box_day (business_date) WHERE state = 'changed';

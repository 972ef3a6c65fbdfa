-- What a tenant's month holds in the ERP, beside what was posted into it.
CREATE TABLE ledger.tie_out (
    tie_out_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site       text NOT NULL,
    tenant     text NOT NULL,
    month      date NOT NULL CHECK (extract(day FROM month) = 1),
    state      text NOT NULL CHECK (state IN ('tied out', 'does not tie out', 'not known')),
    read_at    timestamptz NOT NULL
);
CREATE INDEX ON ledger.tie_out (month, tenant, site, tie_out_id);
COMMENT ON TABLE ledger.tie_out IS 'A comparison of what was posted into a tenant''s month with what the ERP holds of it.';
COMMENT ON COLUMN ledger.tie_out.month IS 'The first day of the month, by the dates of the ERP''s documents.';
COMMENT ON COLUMN ledger.tie_out.state IS 'Tied out: on every account the ERP holds of our lots what was posted. Not known: the ERP does not say what it holds.';
COMMENT ON COLUMN ledger.tie_out.read_at IS 'From when on the ERP was read; what is posted later is not in it.';

CREATE TABLE ledger.tie_out_account (
    tie_out_id bigint NOT NULL REFERENCES ledger.tie_out,
    account    text NOT NULL,
    currency   text NOT NULL,
    posted     numeric NOT NULL,
    erp        numeric NOT NULL,
    other_lots numeric,
    PRIMARY KEY (tie_out_id, account, currency)
);
COMMENT ON TABLE ledger.tie_out_account IS 'An account of a tie-out, debits less credits.';
COMMENT ON COLUMN ledger.tie_out_account.posted IS 'What was posted, net of reversals.';
COMMENT ON COLUMN ledger.tie_out_account.erp IS 'What the ERP holds of our lots.';
COMMENT ON COLUMN ledger.tie_out_account.other_lots IS 'What it holds of all others; null for an account that is none of money.';

CREATE TABLE ledger.tie_out_finding (
    tie_out_id bigint NOT NULL REFERENCES ledger.tie_out,
    finding    int NOT NULL,
    code       text NOT NULL CHECK (code IN ('changed', 'outside', 'gone', 'added', 'foreign')),
    entry_date date NOT NULL,
    lot        text NOT NULL,
    sublot     text NOT NULL,
    document   text NOT NULL,
    account    text NOT NULL,
    currency   text NOT NULL,
    posted     numeric NOT NULL,
    erp        numeric NOT NULL,
    since      bigint NOT NULL REFERENCES ledger.tie_out (tie_out_id),
    PRIMARY KEY (tie_out_id, finding)
);
COMMENT ON TABLE ledger.tie_out_finding IS 'A document that the ERP holds otherwise than it was posted, or of another lot on an account of money (foreign).';
COMMENT ON COLUMN ledger.tie_out_finding.since IS 'The first tie-out that found it so.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.tie_out
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.tie_out_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.tie_out_finding
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- A tie-out is a link of the chain of what belongs to no box (cierre.ledger.sealed_rows).
CREATE FUNCTION ledger.said_by_tie_out(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(own),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(total)), ''::bytea
                                                ORDER BY account COLLATE "C", currency COLLATE "C")), 'hex')
                  FROM ledger.tie_out_account AS total WHERE tie_out_id = subject),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(found)), ''::bytea ORDER BY finding)), 'hex')
                  FROM ledger.tie_out_finding AS found WHERE tie_out_id = subject))
      FROM ledger.tie_out AS own WHERE tie_out_id = subject
$$;
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.tie_out
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('tie out', 'tie_out_id');

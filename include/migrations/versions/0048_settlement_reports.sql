-- An acquirer's settlement report, whole as it came.
CREATE TABLE landing.settlement (
    settlement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company       text NOT NULL CHECK (company <> ''),
    format        text NOT NULL CHECK (format <> ''),
    acquirer      text NOT NULL CHECK (acquirer <> ''),
    currency      char(3) NOT NULL,
    first_day     date NOT NULL,
    last_day      date NOT NULL CHECK (last_day >= first_day),
    declared      numeric,
    sha256        char(64) NOT NULL,
    file          bytea NOT NULL CHECK (encode(sha256(file), 'hex') = sha256),
    taken_by      text NOT NULL CHECK (btrim(taken_by) <> ''),
    taken_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (company, sha256)
);
CREATE INDEX ON landing.settlement (company, acquirer);
COMMENT ON TABLE landing.settlement IS 'A settlement report of a card acquirer; the charges of each of its rows come to what lies between gross and net.';
COMMENT ON COLUMN landing.settlement.first_day IS 'The first day of whose sales it tells.';
COMMENT ON COLUMN landing.settlement.declared IS 'The report''s own total of what it pays, which its rows come to; null where it gives none.';
COMMENT ON COLUMN landing.settlement.file IS 'The file, byte by byte.';

CREATE TABLE landing.settlement_line (
    settlement_id bigint NOT NULL REFERENCES landing.settlement,
    line          int NOT NULL CHECK (line > 0),
    sold          date NOT NULL,
    paid          date NOT NULL,
    gross         numeric NOT NULL,
    fee           numeric NOT NULL,
    vat           numeric NOT NULL,
    withheld      numeric NOT NULL,
    net           numeric NOT NULL,
    payment       text NOT NULL,
    reference     text NOT NULL,
    terminal      text NOT NULL,
    batch         text NOT NULL,
    slip          text NOT NULL,
    kind          text NOT NULL,
    PRIMARY KEY (settlement_id, line),
    CHECK (gross - fee - vat - withheld = net)
);
COMMENT ON TABLE landing.settlement_line IS 'A sale as its acquirer settles it, by its row in the file: what was kept of it, and the payment that it is part of.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.settlement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.settlement_line
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION ledger.said_by_settlement(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(own) - 'file',
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(sale)), ''::bytea ORDER BY line)), 'hex')
                  FROM landing.settlement_line AS sale WHERE settlement_id = subject))
      FROM landing.settlement AS own WHERE settlement_id = subject
$$;
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON landing.settlement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('settlement', 'settlement_id');

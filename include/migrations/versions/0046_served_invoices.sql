-- What is served of the books to others. All of it but the keys can be made again from what was staged.
CREATE SCHEMA served;

-- Who may ask, and of which company. A key itself is nowhere: only what it hashes to.
CREATE TABLE served.key (
    key_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company text NOT NULL CHECK (company <> ''),
    client  text NOT NULL CHECK (btrim(client) <> '' AND char_length(client) <= 100),
    sha256  text NOT NULL UNIQUE CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    made_by text NOT NULL CHECK (btrim(made_by) <> ''),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE served.key IS 'A key by which a client may ask for the issued invoices of a company, as its SHA-256.';

CREATE TABLE served.key_revoked (
    key_id     bigint PRIMARY KEY REFERENCES served.key,
    revoked_by text NOT NULL CHECK (btrim(revoked_by) <> ''),
    revoked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE served.key_revoked IS 'A key that opens nothing any more.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON served.key
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON served.key_revoked
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TABLE served.day (
    company       text NOT NULL,
    box           text NOT NULL,
    business_date date NOT NULL,
    staged_at     timestamptz NOT NULL,
    rules         text NOT NULL,
    PRIMARY KEY (company, box, business_date)
);
COMMENT ON TABLE served.day IS 'A box''s day whose documents are served: as it was staged when, and by which rules (their SHA-256).';

-- Texts are compared by their characters alone: a list is sorted alike wherever it is asked for.
CREATE TABLE served.part (
    company       text NOT NULL,
    box           text NOT NULL,
    business_date date NOT NULL,
    document_key  text NOT NULL,
    invoice       text COLLATE "C" NOT NULL,
    number        text NOT NULL,
    issued_on     date,
    project       text NOT NULL,
    year          text NOT NULL,
    sgi_project   text NOT NULL,
    planned       text NOT NULL,
    entity        text NOT NULL,
    concept       text NOT NULL,
    vat_rate      text NOT NULL,
    base          numeric NOT NULL,
    total         numeric NOT NULL,
    collected     numeric NOT NULL,
    collected_on  date,
    PRIMARY KEY (company, box, business_date, document_key),
    FOREIGN KEY (company, box, business_date) REFERENCES served.day ON DELETE CASCADE
);
CREATE INDEX ON served.part (company, invoice);
COMMENT ON TABLE served.part IS 'What a document is of an invoice: what was issued, what was collected.';

CREATE TABLE served.invoice (
    company      text NOT NULL,
    id           text COLLATE "C" NOT NULL,
    number       text COLLATE "C" NOT NULL,
    issued_on    date NOT NULL,
    project      text COLLATE "C" NOT NULL,
    year         text COLLATE "C" NOT NULL,
    sgi_project  text COLLATE "C" NOT NULL,
    planned      text COLLATE "C" NOT NULL,
    entity       text NOT NULL,
    concept      text NOT NULL,
    vat_rate     text NOT NULL,
    base         numeric NOT NULL,
    total        numeric NOT NULL,
    collected    numeric NOT NULL,
    collected_on date,
    PRIMARY KEY (company, id)
);
CREATE INDEX ON served.invoice (company, project, issued_on);
CREATE INDEX ON served.invoice (company, issued_on);
CREATE INDEX ON served.invoice (company, sgi_project, planned) WHERE planned <> '';
COMMENT ON TABLE served.invoice IS 'An issued invoice as it is served: its parts, added up. Made anew with them.';
COMMENT ON COLUMN served.invoice.collected_on IS 'The day of the last money for it; null while there is none.';

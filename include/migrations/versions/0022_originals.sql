-- A text of PostgreSQL cannot hold a NUL. An answer with one is kept here as it came, byte for byte; landing.body then has
-- the same JSON with each NUL as its escape \u0000, and the hash of both is that of what came.

CREATE TABLE landing.original (
    sha256 text PRIMARY KEY REFERENCES landing.body,
    bytes  bytea NOT NULL CHECK (sha256 = encode(sha256(bytes), 'hex'))
);
COMMENT ON TABLE landing.original IS 'The bytes of an answer that no text can hold, as they came; landing.body has the same as JSON.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.original
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- A chain of hashes for each box: every snapshot it took, its books, entries and postings, each sealed with the hash of
-- the one before. Who changes, removes or slips in something afterwards breaks a link, and the audit names the first.
--
-- Sealed is all that a row says but nulls: a column added later is to be null in the rows that stand there already.

CREATE TABLE ledger.seal (
    box       text NOT NULL,
    seal      integer NOT NULL CHECK (seal > 0),
    what      text NOT NULL CHECK (what IN ('snapshot', 'books', 'entry', 'posting', 'withdrawal')),
    subject   bigint NOT NULL,
    content   text NOT NULL,
    previous  text NOT NULL,
    hash      text NOT NULL,
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (box, seal),
    UNIQUE (what, subject, box)
);
COMMENT ON TABLE ledger.seal IS 'A box''s chain of hashes over snapshots, books, entries and postings; make audit verifies it.';
COMMENT ON COLUMN ledger.seal.subject IS 'The snapshot_id, revision_id, entry_id or attempt_id.';
COMMENT ON COLUMN ledger.seal.content IS 'SHA-256 of what it said when it was sealed.';
COMMENT ON COLUMN ledger.seal.previous IS 'The hash of the box''s seal before; empty for the first.';
COMMENT ON COLUMN ledger.seal.hash IS 'SHA-256 of previous|box|seal|what|subject|content|sealed_at, the time in UTC to the microsecond.';

-- What a seal's subject says now, as SHA-256; null where it is not there (any more). In UTC, whoever asks.
CREATE FUNCTION ledger.content_of(what text, subject bigint) RETURNS text LANGUAGE sql STABLE SET TimeZone = 'UTC' AS $$
    SELECT encode(sha256(convert_to(said::text, 'UTF8')), 'hex') FROM (
        SELECT CASE what
            WHEN 'snapshot' THEN (
                SELECT jsonb_build_array(to_jsonb(snapshot), encode(sha256(convert_to(body, 'UTF8')), 'hex'))
                  FROM landing.snapshot JOIN landing.body USING (sha256) WHERE snapshot_id = subject)
            WHEN 'books' THEN (
                SELECT to_jsonb(books) FROM ledger.revision AS books WHERE revision_id = subject)
            WHEN 'entry' THEN (
                SELECT jsonb_build_array(
                           to_jsonb(entry),
                           (SELECT jsonb_agg(to_jsonb(own) ORDER BY line) FROM ledger.line AS own WHERE entry_id = subject),
                           (SELECT jsonb_agg(to_jsonb(source) ORDER BY line, document_key, component, amount, place)
                              FROM ledger.line_source AS source WHERE entry_id = subject))
                  FROM ledger.entry WHERE entry_id = subject)
            WHEN 'posting' THEN (
                SELECT jsonb_build_array(entry_id, tenant, entry_date, lot, sublot, document)
                  FROM erp.attempt WHERE attempt_id = subject AND state IN ('confirmed', 'withdrawn'))
            WHEN 'withdrawal' THEN (
                SELECT jsonb_build_array(entry_id, tenant, entry_date, lot, sublot, document, outcome)
                  FROM erp.attempt WHERE attempt_id = subject AND state = 'withdrawn')
        END) AS subject_row (said_with_nulls)
        CROSS JOIN LATERAL jsonb_strip_nulls(said_with_nulls) AS said
$$;

-- One seal of a box at a time: the lock is held until the transaction that seals is over.
CREATE FUNCTION ledger.add_seal(what text, subject bigint, box text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    before ledger.seal;
    new    ledger.seal;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.seal'), hashtext(add_seal.box));
    SELECT * INTO before FROM ledger.seal WHERE seal.box = add_seal.box ORDER BY seal.seal DESC LIMIT 1;
    new := ROW (add_seal.box, coalesce(before.seal, 0) + 1, add_seal.what, add_seal.subject,
                ledger.content_of(add_seal.what, add_seal.subject), coalesce(before.hash, ''), '', clock_timestamp());
    new.hash := encode(sha256(convert_to(concat_ws('|', new.previous, new.box, new.seal, new.what, new.subject,
        new.content, to_char(new.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')), 'UTF8')), 'hex');
    INSERT INTO ledger.seal SELECT new.*;
END $$;

-- What stands there already, in the order in which it came.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT 'snapshot' AS what, snapshot_id AS subject, box, 1 AS step FROM landing.taken
         UNION ALL SELECT 'books', revision_id, box, 2 FROM ledger.revision
         UNION ALL SELECT 'entry', entry_id, box, 3 FROM ledger.entry
         UNION ALL SELECT 'posting', attempt_id, box, 4 FROM erp.attempt JOIN ledger.entry USING (entry_id)
                    WHERE state IN ('confirmed', 'withdrawn')
         UNION ALL SELECT 'withdrawal', attempt_id, box, 5 FROM erp.attempt JOIN ledger.entry USING (entry_id)
                    WHERE state = 'withdrawn'
         ORDER BY step, subject
    LOOP
        PERFORM ledger.add_seal(one.what, one.subject, one.box);
    END LOOP;
END $$;

CREATE FUNCTION ledger.seal_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'taken' THEN PERFORM ledger.add_seal('snapshot', NEW.snapshot_id, NEW.box);
        WHEN 'revision' THEN PERFORM ledger.add_seal('books', NEW.revision_id, NEW.box);
        WHEN 'entry' THEN PERFORM ledger.add_seal('entry', NEW.entry_id, NEW.box);
        WHEN 'attempt' THEN
            PERFORM ledger.add_seal(CASE NEW.state WHEN 'confirmed' THEN 'posting' ELSE 'withdrawal' END,
                                    NEW.attempt_id, entry.box)
               FROM ledger.entry WHERE entry_id = NEW.entry_id;
    END CASE;
    RETURN NULL;
END $$;

-- At the transaction's end, so that lines are sealed with their entry and the lock is short.
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON landing.taken
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_it();
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.revision
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_it();
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_it();
CREATE CONSTRAINT TRIGGER sealed AFTER UPDATE OF state ON erp.attempt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND NEW.state IN ('confirmed', 'withdrawn')) EXECUTE FUNCTION ledger.seal_it();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

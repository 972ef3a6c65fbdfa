-- Personal values of landed answers leave the bodies for a place of their own, where they can be erased. What the steps
-- of a close, the books and the audit need stays: a token stands in the place of each value.

CREATE SCHEMA personal;

CREATE TABLE personal.erasure (
    erasure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    erased_by  text NOT NULL CHECK (erased_by IN ('person', 'snapshot', 'age')),
    asked_by   text NOT NULL CHECK (asked_by <> ''),
    why        text NOT NULL CHECK (why <> ''),
    answers    integer NOT NULL,
    rows       integer NOT NULL CHECK (rows > 0),
    values     integer NOT NULL,
    erased_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE personal.erasure IS 'Each lawful erasure of personal values: by what, who asked for it, why, of how much. Never the values.';

CREATE TABLE personal.row (
    sha256     text NOT NULL REFERENCES landing.body,
    number     integer NOT NULL CHECK (number >= 0),
    size       integer NOT NULL CHECK (size > 0),
    texts      text[],
    erasure_id bigint REFERENCES personal.erasure,
    held       integer GENERATED ALWAYS AS (coalesce(cardinality(texts), 0)) STORED,
    PRIMARY KEY (sha256, number),
    CHECK (CASE WHEN erasure_id IS NULL THEN coalesce(cardinality(texts), 0) = size ELSE texts IS NULL END)
);
COMMENT ON TABLE personal.row IS 'The personal values of a row of a landed answer, as they stood in its JSON, in their order; null once they are erased.';
COMMENT ON COLUMN personal.row.number IS 'The row''s number in its body, from 0: its tokens follow those of the row before.';
COMMENT ON COLUMN personal.row.size IS 'How many values the row had, and how many tokens it has.';
COMMENT ON COLUMN personal.row.held IS 'How many of them are here: all, or none.';
CREATE INDEX ON personal.row (erasure_id) WHERE erasure_id IS NOT NULL;

CREATE TABLE personal.conversion (
    conversion_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256          text NOT NULL UNIQUE REFERENCES landing.body,
    body_was        text NOT NULL,
    body_became     text NOT NULL,
    personal_values integer NOT NULL,
    converted_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE personal.conversion IS 'Bodies that were landed with personal values in them, and parted when the ledger was brought up to date.';
COMMENT ON COLUMN personal.conversion.body_was IS 'SHA-256 of the text before; body_became of the text after.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON personal.erasure
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON personal.conversion
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON personal.row
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Values are erased by an erasure, all of a row at once, and nothing else becomes of them.
CREATE FUNCTION personal.refuse_other_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.texts IS NULL OR NEW.texts IS NOT NULL
       OR (OLD.sha256, OLD.number, OLD.size) IS DISTINCT FROM (NEW.sha256, NEW.number, NEW.size) THEN
        RAISE EXCEPTION 'personal values are kept as they came, or erased' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_erased BEFORE UPDATE ON personal.row
    FOR EACH ROW EXECUTE FUNCTION personal.refuse_other_change();

-- Null in what was landed before: then a snapshot's sha256 is of the whole answer.
ALTER TABLE landing.body
    ADD COLUMN answer text,
    ADD COLUMN personal_values integer,
    ADD CHECK ((answer IS NULL) = (personal_values IS NULL));
COMMENT ON COLUMN landing.body.answer IS 'A keyed hash of the whole answer; without a key, a number of its own.';
COMMENT ON COLUMN landing.body.personal_values IS 'How many tokens it has.';

-- Exact bytes are personal; the body and its values are the same JSON.
DROP TABLE landing.original;

-- A snapshot's link says of its body what it is kept under, as long as it is that: of one that was converted, what it was
-- before. The conversion is a link of its own.
CREATE OR REPLACE FUNCTION ledger.said_by_snapshot(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(snapshot),
               CASE WHEN encode(sha256(convert_to(body, 'UTF8')), 'hex') = body_became THEN body_was
                    ELSE encode(sha256(convert_to(concat(answer || ' ' || body.personal_values || E'\n', body), 'UTF8')),
                                'hex')
               END)
      FROM landing.snapshot JOIN landing.body USING (sha256) LEFT JOIN personal.conversion USING (sha256)
     WHERE snapshot_id = subject
$$;
DROP FUNCTION landing.hashes_of_bodies();

CREATE FUNCTION ledger.said_by_conversion(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM personal.conversion AS own WHERE conversion_id = subject
$$;
CREATE FUNCTION ledger.said_by_erasure(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(own),
               (SELECT encode(sha256(string_agg(ledger.hash_of(jsonb_build_object(
                                                    'sha256', sha256, 'number', number, 'size', size)),
                                                ''::bytea ORDER BY sha256 COLLATE "C", number)), 'hex')
                  FROM personal.row WHERE erasure_id = subject))
      FROM personal.erasure AS own WHERE erasure_id = subject
$$;
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON personal.conversion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('conversion', 'conversion_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON personal.erasure
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('erasure', 'erasure_id');

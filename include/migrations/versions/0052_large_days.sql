-- The documents behind a line, up to a thousand in a row: a day of a million documents has two million shares, and a row,
-- two index entries, a look at its line and a hash for each took six times as long as deriving them. What stands in
-- ledger.line_source stays there, sealed as it was; nothing is added to it any more.

CREATE TABLE ledger.line_documents (
    entry_id        bigint NOT NULL,
    line            integer NOT NULL,
    side            char(1) NOT NULL,
    part            integer NOT NULL CHECK (part > 0),
    kind            text NOT NULL,
    form            text NOT NULL,
    component       text NOT NULL,
    turned          boolean CHECK (turned),
    document_keys   text[] NOT NULL,
    amounts         numeric(18, 2)[] NOT NULL,
    foreign_amounts numeric(18, 2)[],
    places          text[] NOT NULL,
    PRIMARY KEY (entry_id, line, part),
    FOREIGN KEY (entry_id, line) REFERENCES ledger.line,
    CONSTRAINT a_thousand_documents_at_most CHECK (cardinality(document_keys) BETWEEN 1 AND 1000),
    CONSTRAINT each_has_all CHECK (
        cardinality(amounts) = cardinality(document_keys)
        AND cardinality(places) = cardinality(document_keys)
        AND coalesce(cardinality(foreign_amounts), cardinality(document_keys)) = cardinality(document_keys)
        AND array_position(document_keys, NULL) IS NULL
        AND array_position(amounts, NULL) IS NULL
        AND array_position(foreign_amounts, NULL) IS NULL
        AND array_position(places, NULL) IS NULL)
);
-- Compressing them takes longer than writing them.
ALTER TABLE ledger.line_documents
    ALTER COLUMN document_keys SET STORAGE EXTERNAL,
    ALTER COLUMN amounts SET STORAGE EXTERNAL,
    ALTER COLUMN foreign_amounts SET STORAGE EXTERNAL,
    ALTER COLUMN places SET STORAGE EXTERNAL;
-- By document, each once: what a document debits it credits, so it is behind a credit. Whoever asks is not to look through
-- a list of what is not in the index yet.
CREATE INDEX ON ledger.line_documents USING gin (document_keys) WITH (fastupdate = off) WHERE side = 'C';
COMMENT ON TABLE ledger.line_documents IS 'The documents behind each line, many in a row: the n-th of each array is of the n-th document.';
COMMENT ON COLUMN ledger.line_documents.side IS 'The line''s.';
COMMENT ON COLUMN ledger.line_documents.part IS 'Counts the rows of a line.';
COMMENT ON COLUMN ledger.line_documents.component IS 'The amount of the documents that the line books.';
COMMENT ON COLUMN ledger.line_documents.turned IS 'True where the documents'' amounts are below zero, so that their shares stand on the other side; else null.';
COMMENT ON COLUMN ledger.line_documents.amounts IS 'In the entry''s currency.';
COMMENT ON COLUMN ledger.line_documents.foreign_amounts IS 'The same in the line''s foreign_currency.';
COMMENT ON COLUMN ledger.line_documents.places IS 'Where each document''s row is in the revision''s snapshot.';
COMMENT ON TABLE ledger.line_source IS 'The documents behind each line of older entries, a row each; newer ones have ledger.line_documents.';

-- They come with their entry, in its own transaction, or not at all.
CREATE FUNCTION ledger.refuse_late_documents() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT written_in FROM ledger.entry WHERE entry_id = NEW.entry_id) <> pg_current_xact_id() THEN
        RAISE EXCEPTION 'a frozen entry takes no more lines' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.side := (SELECT side FROM ledger.line WHERE entry_id = NEW.entry_id AND line = NEW.line);
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE INSERT ON ledger.line_documents
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_late_documents();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.line_documents
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION ledger.documents_behind(entry bigint, line integer)
RETURNS TABLE (document_key text, kind text, form text, component text, amount numeric, foreign_amount numeric,
               turned boolean, place text) LANGUAGE sql STABLE AS $$
    SELECT one.document_key, one.kind, one.form, one.component, one.amount, one.foreign_amount, one.turned, one.place
      FROM ledger.line_source AS one WHERE one.entry_id = $1 AND one.line = $2
     UNION ALL
    SELECT each.document_key, many.kind, many.form, many.component, each.amount, each.foreign_amount, many.turned,
           each.place
      FROM ledger.line_documents AS many
     CROSS JOIN LATERAL unnest(many.document_keys, many.amounts, many.foreign_amounts, many.places)
           AS each (document_key, amount, foreign_amount, place)
     WHERE many.entry_id = $1 AND many.line = $2
$$;
COMMENT ON FUNCTION ledger.documents_behind IS 'The documents behind a line of an entry, a row each.';

-- What an entry of such documents says: its own row, its lines, what is behind them in ledger.line_source (nothing), and the
-- SHA-256 of the hashes of the rows here. Of an older one: what it said.
CREATE OR REPLACE FUNCTION ledger.said_by_entry(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(entry),
               (SELECT jsonb_agg(to_jsonb(own) ORDER BY line) FROM ledger.line AS own WHERE entry_id = subject),
               ledger.sources_of(subject))
           || coalesce((
               SELECT jsonb_build_array(encode(sha256(string_agg(sha256(convert_to(
                          ROW (entry_id, line, side, part, kind, form, component, turned, document_keys, amounts, foreign_amounts,
                               places)::text, 'UTF8')), ''::bytea ORDER BY line, part)), 'hex'))
                 FROM ledger.line_documents WHERE entry_id = subject HAVING count(*) > 0), '[]')
      FROM ledger.entry WHERE entry_id = subject
$$;

CREATE OR REPLACE VIEW ledger.drill_down AS
SELECT entry.box, entry.business_date, booked.revision, entry.entry_key, original.entry_key AS reverses,
       attempt.tenant, entry.entry_date, attempt.lot, attempt.sublot, attempt.document AS erp_document,
       attempt.state AS erp_state,
       line.line, line.side, line.account, line.cost_centre, line.amount AS line_amount, entry.currency, line.history,
       source.document_key, staged.reference, source.kind, source.form, source.component, source.amount, source.place,
       snapshot.snapshot_id, snapshot.received_at, snapshot.sha256
  FROM ledger.entry
  LEFT JOIN ledger.entry AS original ON original.entry_id = entry.reverses
  -- A reversal is made on behalf of newer books, but takes back lines that were read from the older ones' snapshot.
  JOIN ledger.revision AS booked ON booked.revision_id = coalesce(original.revision_id, entry.revision_id)
  JOIN landing.snapshot ON snapshot.snapshot_id = booked.snapshot_id
  LEFT JOIN erp.attempt ON attempt.entry_id = entry.entry_id AND attempt.state IN ('confirmed', 'withdrawn')
  JOIN ledger.line ON line.entry_id = entry.entry_id
  -- As ledger.documents_behind, which not everybody who may read this view may read the tables of.
  LEFT JOIN LATERAL (
      SELECT one.document_key, one.kind, one.form, one.component, one.amount, one.place
        FROM ledger.line_source AS one WHERE one.entry_id = line.entry_id AND one.line = line.line
       UNION ALL
      SELECT each.document_key, many.kind, many.form, many.component, CAST(each.amount AS numeric(18, 2)), each.place
        FROM ledger.line_documents AS many
       CROSS JOIN LATERAL unnest(many.document_keys, many.amounts, many.places) AS each (document_key, amount, place)
       WHERE many.entry_id = line.entry_id AND many.line = line.line) AS source ON true
  LEFT JOIN staging.document AS staged ON staged.box = entry.box AND staged.business_date = entry.business_date
                                      AND staged.document_key = source.document_key;

-- That a staged document's day is there is looked at once for all that are written together, not for each.
ALTER TABLE staging.document DROP CONSTRAINT document_box_business_date_fkey;

CREATE FUNCTION staging.refuse_without_day() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT DISTINCT box, business_date FROM written LOOP
        PERFORM FROM staging.day WHERE box = one.box AND business_date = one.business_date FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'documents of %, % without their day', one.box, one.business_date
                USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER of_a_day AFTER INSERT ON staging.document
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION staging.refuse_without_day();
CREATE TRIGGER still_of_a_day AFTER UPDATE ON staging.document
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION staging.refuse_without_day();

CREATE FUNCTION staging.refuse_leaving_documents() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM staging.document WHERE box = OLD.box AND business_date = OLD.business_date) THEN
        RAISE EXCEPTION 'a day whose documents are staged cannot go' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER not_before_its_documents AFTER DELETE ON staging.day
    FOR EACH ROW EXECUTE FUNCTION staging.refuse_leaving_documents();
CREATE TRIGGER stays_where_its_documents_are AFTER UPDATE ON staging.day FOR EACH ROW
    WHEN ((OLD.box, OLD.business_date) IS DISTINCT FROM (NEW.box, NEW.business_date))
    EXECUTE FUNCTION staging.refuse_leaving_documents();

-- An attempt changes of a day that was never reconciled but whether it is uncertain: the rest of its summary need not be
-- made anew with each claim and confirmation.
CREATE OR REPLACE FUNCTION board.note_attempt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    the_box       text;
    the_day       date;
    is_uncertain  boolean;
    latest        timestamptz;
BEGIN
    SELECT box, business_date INTO the_box, the_day FROM ledger.entry WHERE entry_id = NEW.entry_id;
    PERFORM board.take_turns(the_box, the_day);
    IF NOT EXISTS (SELECT FROM reconciliation.run WHERE box = the_box AND business_date = the_day) THEN
        SELECT coalesce(bool_or(attempt.state = 'claimed'
                                OR attempt.state IN ('doomed', 'rejected') AND attempt.reaped_at IS NULL), false),
               max(erp.watched_until(attempt))
          INTO is_uncertain, latest
          FROM ledger.entry JOIN erp.attempt USING (entry_id)
         WHERE entry.box = the_box AND entry.business_date = the_day;
        UPDATE board.box_day SET state = CASE WHEN is_uncertain THEN 'uncertain' ELSE 'open' END, watched_until = latest
         WHERE box = the_box AND business_date = the_day;
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    PERFORM board.summarize_standing(the_box, the_day);
    RETURN NULL;
END $$;

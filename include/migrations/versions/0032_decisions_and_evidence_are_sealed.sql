-- Decisions and evidence are links of the chains, too. What a kind of link says stands in a function of its own here, which
-- writes it, and in cierre.ledger.sealed_rows, which computes it anew from the rows: the audit believes only the latter.
--
-- A further kind of link needs: a function ledger.said_by_<kind>(subject, chain), a trigger that calls ledger.seal_row, and
-- its place in cierre.ledger.sealed_rows.

ALTER TABLE ledger.seal
    DROP CONSTRAINT seal_what_check,
    DROP CONSTRAINT seal_what_subject_box_key,
    ADD COLUMN late boolean NOT NULL DEFAULT false;
CREATE INDEX ON ledger.seal (what, subject, box);
COMMENT ON TABLE ledger.seal IS 'A box''s chain of hashes over what was landed, decided, booked, posted and compared; make audit verifies it.';
COMMENT ON COLUMN ledger.seal.box IS 'The box whose chain it is; * for what belongs to no box.';
COMMENT ON COLUMN ledger.seal.subject IS 'The number of the row that it is about; of a staged day its date, as 20261120.';
COMMENT ON COLUMN ledger.seal.late IS 'Sealed by an upgrade: what it says may have been changed before.';
COMMENT ON COLUMN ledger.seal.hash IS 'SHA-256 of previous|box|seal|what|subject|content|sealed_at, the time in UTC to the microsecond; |late is added to a late one.';

ALTER TABLE erp.capability ADD COLUMN capability_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE;
ALTER TABLE ledger.revision ADD COLUMN open_from date;
COMMENT ON COLUMN ledger.revision.open_from IS 'The first date of the ERP''s open periods by which it was dated; null where none was known.';

-- What the code saw with its own eyes it signs, with a key that is not in this database (cierre.ledger.signing).
ALTER TABLE erp.attempt ADD COLUMN signature text UNIQUE;
ALTER TABLE reconciliation.run ADD COLUMN signature text UNIQUE;
ALTER TABLE ledger.approval ADD COLUMN signature text UNIQUE;
CREATE TRIGGER signed_once BEFORE UPDATE OF signature ON erp.attempt FOR EACH ROW
    WHEN (OLD.signature IS NOT NULL AND NEW.signature IS DISTINCT FROM OLD.signature)
    EXECUTE FUNCTION ledger.refuse_change();
COMMENT ON COLUMN erp.attempt.signature IS 'By whoever was answered by the ERP, over the attempt and its document; null where there was no key.';
COMMENT ON COLUMN reconciliation.run.signature IS 'By whoever compared, over the state and every comparison; null where there was no key.';
COMMENT ON COLUMN ledger.approval.signature IS 'By whoever took the answer from Airflow, over question and answer; null where there was no key.';

-- What each kind says of a subject; null where it is not there. Nulls in rows are left out, so that a column that is added
-- later, and is null in the rows that stand there already, changes no link.
CREATE FUNCTION ledger.hash_of(said jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(jsonb_strip_nulls(said)::text, 'UTF8'))
$$;

CREATE FUNCTION ledger.said_by_snapshot(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(to_jsonb(snapshot), encode(sha256(convert_to(body, 'UTF8')), 'hex'))
      FROM landing.snapshot JOIN landing.body USING (sha256) WHERE snapshot_id = subject
$$;

CREATE FUNCTION ledger.said_by_certificate(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(taken),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(own)), ''::bytea ORDER BY kind, form)), 'hex')
                  FROM landing.control_total AS own WHERE snapshot_id = subject AND box = chain),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(own)), ''::bytea ORDER BY claim)), 'hex')
                  FROM landing.claim AS own WHERE snapshot_id = subject AND box = chain))
      FROM landing.taken WHERE snapshot_id = subject AND box = chain
$$;

-- Without the source's row, which is personal and stands in the landed text.
CREATE FUNCTION ledger.said_by_quarantine(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(day),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(held) - 'row'), ''::bytea
                                                ORDER BY place, reason)), 'hex')
                  FROM staging.quarantined AS held
                 WHERE box = day.box AND business_date = day.business_date))
      FROM staging.day WHERE box = chain AND business_date = to_date(subject::text, 'YYYYMMDD')
$$;

CREATE FUNCTION ledger.said_by_books(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(books) FROM ledger.revision AS books WHERE revision_id = subject
$$;

CREATE FUNCTION ledger.said_by_entry(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(entry),
               (SELECT jsonb_agg(to_jsonb(own) ORDER BY line) FROM ledger.line AS own WHERE entry_id = subject),
               ledger.sources_of(subject))
      FROM ledger.entry WHERE entry_id = subject
$$;

CREATE FUNCTION ledger.said_by_question(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(approval_id, box, business_date, revision_id, reason, asked, asked_in, asked_at)
      FROM ledger.approval WHERE approval_id = subject
$$;

CREATE FUNCTION ledger.said_by_answer(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(approval) FROM ledger.approval WHERE approval_id = subject AND decision IS NOT NULL
$$;

CREATE FUNCTION ledger.said_by_attempt(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(attempt) - 'verified_at' FROM erp.attempt WHERE attempt_id = subject
$$;

CREATE FUNCTION ledger.said_by_posting(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(entry_id, tenant, entry_date, lot, sublot, document)
      FROM erp.attempt WHERE attempt_id = subject AND state IN ('confirmed', 'withdrawn')
$$;

CREATE FUNCTION ledger.said_by_withdrawal(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(entry_id, tenant, entry_date, lot, sublot, document, outcome)
      FROM erp.attempt WHERE attempt_id = subject AND state = 'withdrawn'
$$;

CREATE FUNCTION ledger.said_by_reconciliation(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(run),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(own)), ''::bytea ORDER BY comparison)), 'hex')
                  FROM reconciliation.comparison AS own WHERE run_id = subject),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(own)), ''::bytea ORDER BY difference)), 'hex')
                  FROM reconciliation.line_difference AS own WHERE run_id = subject))
      FROM reconciliation.run WHERE run_id = subject
$$;

CREATE FUNCTION ledger.said_by_identity(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.cash_box AS own WHERE box = chain AND version = subject
$$;

CREATE FUNCTION ledger.said_by_late_change(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.late_change AS own WHERE change_id = subject
$$;

CREATE FUNCTION ledger.said_by_doubt(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM erp.doubt AS own WHERE doubt_id = subject
$$;

CREATE FUNCTION ledger.said_by_takeover(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM erp.takeover AS own WHERE takeover_id = subject
$$;

CREATE FUNCTION ledger.said_by_capability(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM erp.capability AS own WHERE capability_id = subject
$$;

-- For the audit of who may not read what sources sent.
CREATE FUNCTION landing.hashes_of_bodies() RETURNS TABLE (sha256 text, hash text) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT body.sha256, encode(sha256(convert_to(body.body, 'UTF8')), 'hex') FROM landing.body
$$;

-- What a link says, as SHA-256; in UTC, whoever asks.
DROP FUNCTION ledger.add_seal(text, bigint, text), ledger.content_of(text, bigint);
CREATE FUNCTION ledger.content_of(what text, subject bigint, chain text) RETURNS text LANGUAGE plpgsql STABLE
    SET TimeZone = 'UTC' AS $$
DECLARE
    said jsonb;
BEGIN
    EXECUTE format('SELECT ledger.%I($1, $2)', 'said_by_' || replace(what, ' ', '_')) INTO said USING subject, chain;
    RETURN encode(ledger.hash_of(said), 'hex');
END $$;

-- One link of a chain at a time: the lock is held until the transaction is over.
CREATE FUNCTION ledger.add_seal(what text, subject bigint, box text, late boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    before ledger.seal;
    new    ledger.seal;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.seal'), hashtext(add_seal.box));
    SELECT * INTO before FROM ledger.seal WHERE seal.box = add_seal.box ORDER BY seal.seal DESC LIMIT 1;
    new := ROW (add_seal.box, coalesce(before.seal, 0) + 1, add_seal.what, add_seal.subject,
                ledger.content_of(add_seal.what, add_seal.subject, add_seal.box), coalesce(before.hash, ''), '',
                clock_timestamp(), add_seal.late);
    new.hash := encode(sha256(convert_to(concat_ws('|', new.previous, new.box, new.seal, new.what, new.subject,
        new.content, to_char(new.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        CASE WHEN new.late THEN 'late' END), 'UTF8')), 'hex');
    INSERT INTO ledger.seal SELECT new.*;
END $$;

-- For a trigger: seals the row as a kind of link, by the column with its number; in its box's chain, or in * without one.
CREATE FUNCTION ledger.seal_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said jsonb := to_jsonb(NEW);
BEGIN
    PERFORM ledger.add_seal(TG_ARGV[0], (said ->> TG_ARGV[1])::bigint, coalesce(said ->> 'box', '*'));
    RETURN NULL;
END $$;

CREATE FUNCTION ledger.seal_staged() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.add_seal('quarantine', to_char(NEW.business_date, 'YYYYMMDD')::bigint, NEW.box);
    RETURN NULL;
END $$;

CREATE FUNCTION ledger.seal_attempt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    the_box text := (SELECT box FROM ledger.entry WHERE entry_id = NEW.entry_id);
BEGIN
    PERFORM ledger.add_seal('attempt', NEW.attempt_id, the_box);
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state AND NEW.state IN ('confirmed', 'withdrawn') THEN
        PERFORM ledger.add_seal(CASE NEW.state WHEN 'confirmed' THEN 'posting' ELSE 'withdrawal' END, NEW.attempt_id, the_box);
    END IF;
    RETURN NULL;
END $$;

-- What stands there already, marked as sealed late.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT 'certificate' AS what, snapshot_id AS subject, box, 1 AS step FROM landing.taken
         UNION ALL SELECT 'quarantine', to_char(business_date, 'YYYYMMDD')::bigint, box, 2 FROM staging.day
         UNION ALL SELECT 'question', approval_id, box, 3 FROM ledger.approval
         UNION ALL SELECT 'answer', approval_id, box, 4 FROM ledger.approval WHERE decision IS NOT NULL
         UNION ALL SELECT 'attempt', attempt_id, box, 5 FROM erp.attempt JOIN ledger.entry USING (entry_id)
                    WHERE state <> 'claimed'
         UNION ALL SELECT 'reconciliation', run_id, box, 6 FROM reconciliation.run
         UNION ALL SELECT 'identity', version, box, 7 FROM ledger.cash_box
         UNION ALL SELECT 'late change', change_id, box, 8 FROM ledger.late_change
         UNION ALL SELECT 'doubt', doubt_id, '*', 9 FROM erp.doubt
         UNION ALL SELECT 'takeover', takeover_id, '*', 10 FROM erp.takeover
         UNION ALL SELECT 'capability', capability_id, '*', 11 FROM erp.capability
         ORDER BY step, subject, box
    LOOP
        PERFORM ledger.add_seal(one.what, one.subject, one.box, late => true);
    END LOOP;
END $$;

-- At the transaction's end, so that what belongs to a row is sealed with it and the lock is short.
DROP TRIGGER sealed ON landing.taken;
DROP TRIGGER sealed ON ledger.revision;
DROP TRIGGER sealed ON ledger.entry;
DROP TRIGGER sealed ON erp.attempt;
DROP FUNCTION ledger.seal_it();

CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON landing.taken
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('snapshot', 'snapshot_id');
CREATE CONSTRAINT TRIGGER sealed_certificate AFTER INSERT ON landing.taken
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('certificate', 'snapshot_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT OR UPDATE ON staging.day
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_staged();
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.revision
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('books', 'revision_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('entry', 'entry_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.approval
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('question', 'approval_id');
CREATE CONSTRAINT TRIGGER sealed_answer AFTER UPDATE ON ledger.approval
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('answer', 'approval_id');
CREATE CONSTRAINT TRIGGER sealed_birth AFTER INSERT ON erp.attempt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state <> 'claimed') EXECUTE FUNCTION ledger.seal_attempt();
CREATE CONSTRAINT TRIGGER sealed AFTER UPDATE ON erp.attempt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state <> 'claimed' AND to_jsonb(NEW) - 'verified_at' <> to_jsonb(OLD) - 'verified_at')
    EXECUTE FUNCTION ledger.seal_attempt();
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON reconciliation.run
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('reconciliation', 'run_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.cash_box
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('identity', 'version');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.late_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('late change', 'change_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON erp.doubt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('doubt', 'doubt_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON erp.takeover
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('takeover', 'takeover_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT OR UPDATE ON erp.capability
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('capability', 'capability_id');

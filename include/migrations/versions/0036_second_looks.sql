-- A closed day that was read again in its source.
CREATE TABLE ledger.look (
    look_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    box           text NOT NULL,
    business_date date NOT NULL,
    compared_to   bigint NOT NULL REFERENCES landing.snapshot (snapshot_id),
    snapshot_id   bigint REFERENCES landing.snapshot,
    size          numeric NOT NULL,
    outcome       text NOT NULL CHECK (outcome IN ('unchanged', 'told', 'proposed', 'corrected')),
    looked_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON ledger.look (box, business_date, look_id);
COMMENT ON TABLE ledger.look IS 'A closed day that was read again in its source, and what followed from what was found.';
COMMENT ON COLUMN ledger.look.compared_to IS 'The landing that the day''s documents were read from: once the day is landed again, the look is history.';
COMMENT ON COLUMN ledger.look.snapshot_id IS 'The landing that shows the changes; null where there are none, or where the source did not have to be asked for the rows.';
COMMENT ON COLUMN ledger.look.size IS 'The money that the changes move from one place of the books to another, all of them together.';
COMMENT ON COLUMN ledger.look.outcome IS 'Unchanged; people were told; a correction waits for approval; a correction was started.';

CREATE TABLE ledger.look_change (
    look_id      bigint NOT NULL REFERENCES ledger.look,
    change       int NOT NULL,
    code         text NOT NULL CHECK (code IN ('came', 'went', 'changed')),
    document_key text NOT NULL,
    kind         text NOT NULL,
    form         text NOT NULL,
    reference    text NOT NULL,
    currency     text NOT NULL,
    before       numeric,
    after        numeric,
    size         numeric NOT NULL,
    fields       text[] NOT NULL,
    since        bigint NOT NULL REFERENCES ledger.look (look_id),
    PRIMARY KEY (look_id, change)
);
COMMENT ON TABLE ledger.look_change IS 'A document that a look found otherwise than its day was booked.';
COMMENT ON COLUMN ledger.look_change.before IS 'Its net money as booked; null where it was not there.';
COMMENT ON COLUMN ledger.look_change.after IS 'Its net money as the look found it; null where it is gone.';
COMMENT ON COLUMN ledger.look_change.fields IS 'What differs of one that changed, by the names that mapping rules know.';
COMMENT ON COLUMN ledger.look_change.since IS 'The first look that found it so.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.look
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.look_change
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- A look is a link of its box's chain, with all that it found (cierre.ledger.sealed_rows).
CREATE FUNCTION ledger.said_by_look(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
               to_jsonb(own),
               (SELECT encode(sha256(string_agg(ledger.hash_of(to_jsonb(found)), ''::bytea ORDER BY change)), 'hex')
                  FROM ledger.look_change AS found WHERE look_id = subject))
      FROM ledger.look AS own WHERE look_id = subject
$$;
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.look
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('look', 'look_id');

-- What the newest look at a day says of it, as long as the day was not landed again.
CREATE FUNCTION ledger.newest_look(the_box text, the_day date) RETURNS SETOF ledger.look LANGUAGE sql STABLE AS $$
    SELECT look.* FROM ledger.look
     WHERE look.box = the_box AND look.business_date = the_day
       AND look.compared_to = (SELECT max(taken.snapshot_id) FROM landing.taken
                                WHERE taken.box = the_box AND taken.business_date = the_day)
     ORDER BY look.look_id DESC LIMIT 1;
$$;
COMMENT ON FUNCTION ledger.newest_look IS 'The newest look at a day; none where the day was landed again since.';

-- The board: a day that a look found otherwise counts as changed until it is landed again, or found as it was.
CREATE OR REPLACE FUNCTION board.summarize_standing(the_box text, the_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO board.box_day (box, business_date, state, booked, revision, discrepancies, first_closed_at, watched_until)
    SELECT the_box, the_day,
           CASE WHEN attempts.uncertain THEN 'uncertain'
                WHEN NOT runs.newest_is_last AND runs.first_closed_at IS NOT NULL THEN 'changed'
                WHEN NOT runs.newest_is_last THEN 'open'
                WHEN runs.newest = 'discrepancy' THEN 'discrepancy'
                WHEN later.noted THEN 'changed'
                WHEN target.elsewhere THEN 'elsewhere'
                WHEN attempts.watched_until IS NOT NULL THEN 'watched'
                WHEN runs.newest = 'reconciled' THEN 'closed'
                ELSE runs.newest
           END,
           coalesce(booked.total, 0), current.revision, runs.discrepancies, runs.first_closed_at, attempts.watched_until
      FROM (SELECT (SELECT staged_at FROM staging.day WHERE box = the_box AND business_date = the_day)) AS staged
      LEFT JOIN LATERAL (
          SELECT revision_id, revision FROM ledger.revision
           WHERE box = the_box AND business_date = the_day ORDER BY revision DESC LIMIT 1) AS current ON true
     CROSS JOIN LATERAL (
          SELECT sum(total) AS total FROM ledger.entry
           WHERE entry.revision_id = current.revision_id AND reverses IS NULL) AS booked
     CROSS JOIN LATERAL (
          SELECT (array_agg(state ORDER BY run_id DESC))[1] AS newest,
                 coalesce((array_agg(run.revision_id = current.revision_id AND reconciled_at >= staged.staged_at
                                     ORDER BY run_id DESC))[1], false) AS newest_is_last,
                 count(*) FILTER (WHERE state = 'discrepancy') AS discrepancies,
                 min(reconciled_at) FILTER (WHERE state <> 'discrepancy') AS first_closed_at
            FROM reconciliation.run WHERE box = the_box AND business_date = the_day) AS runs
     CROSS JOIN LATERAL (
          SELECT coalesce(bool_or(attempt.state = 'claimed'
                                  OR attempt.state IN ('doomed', 'rejected') AND attempt.reaped_at IS NULL), false)
                 AS uncertain,
                 max(erp.watched_until(attempt)) AS watched_until
            FROM ledger.entry JOIN erp.attempt USING (entry_id)
           WHERE entry.box = the_box AND entry.business_date = the_day) AS attempts
     CROSS JOIN LATERAL (
          SELECT EXISTS (SELECT FROM ledger.late_change
                          WHERE late_change.box = the_box AND late_change.business_date = the_day
                            AND noted_at > (SELECT max(landed_at) FROM landing.taken JOIN landing.snapshot USING (snapshot_id)
                                             WHERE taken.box = the_box AND taken.business_date = the_day))
              OR EXISTS (SELECT FROM ledger.newest_look(the_box, the_day) WHERE outcome <> 'unchanged') AS noted) AS later
     CROSS JOIN LATERAL (
          SELECT EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                           JOIN ledger.cash_box_now USING (box)
                          WHERE entry.revision_id = current.revision_id AND reverses IS NULL
                            AND attempt.state = 'confirmed' AND attempt.site <> cash_box_now.erp_site) AS elsewhere) AS target
        ON CONFLICT (business_date, box) DO UPDATE
       SET state = excluded.state, booked = excluded.booked, revision = excluded.revision,
           discrepancies = excluded.discrepancies, first_closed_at = excluded.first_closed_at,
           watched_until = excluded.watched_until;
END $$;
CREATE CONSTRAINT TRIGGER board AFTER INSERT ON ledger.look
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_standing();

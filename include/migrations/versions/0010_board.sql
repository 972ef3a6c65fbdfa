-- What the close board shows, kept beside the books as they change: a month of a thousand boxes is read in milliseconds.
-- All of it can be made anew from the books (board.summarize_staged, board.summarize_standing); nothing else reads it.

CREATE SCHEMA board;

CREATE TABLE board.box_day (
    box             text NOT NULL,
    business_date   date NOT NULL,
    state           text NOT NULL DEFAULT 'open'
                    CHECK (state IN ('closed', 'no activity', 'open', 'changed', 'discrepancy', 'uncertain')),
    documents       integer NOT NULL DEFAULT 0,
    quarantined     integer NOT NULL DEFAULT 0,
    booked          numeric(18, 2) NOT NULL DEFAULT 0,
    revision        integer,
    discrepancies   integer NOT NULL DEFAULT 0,
    staged_at       timestamptz,
    first_closed_at timestamptz,
    PRIMARY KEY (business_date, box)
);
COMMENT ON TABLE board.box_day IS 'One row a box and business date, kept up to date by triggers.';
COMMENT ON COLUMN board.box_day.state IS 'Open: read or booked, never closed. Changed: read again or booked anew since it was closed.';
COMMENT ON COLUMN board.box_day.booked IS 'The current revision''s journal total (debit), in the box''s currency.';
COMMENT ON COLUMN board.box_day.revision IS 'The current revision''s number: 2 is a day corrected once. Null where the day was never booked.';
COMMENT ON COLUMN board.box_day.discrepancies IS 'How many reconciliations of the day found one.';

CREATE TABLE board.form_day (
    box           text NOT NULL,
    business_date date NOT NULL,
    kind          text NOT NULL,
    form          text NOT NULL,
    documents     integer NOT NULL,
    net           numeric(18, 2) NOT NULL,
    PRIMARY KEY (business_date, box, kind, form)
);
COMMENT ON TABLE board.form_day IS 'The staged money of each box''s day by kind and form of payment, kept up to date by triggers.';

CREATE INDEX ON erp.attempt (entry_id);

-- Two who change one day at once take turns here, so that the later summary has seen what both did.
CREATE FUNCTION board.take_turns(the_box text, the_day date) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('board|' || the_box || '|' || the_day, 0))
$$;

CREATE FUNCTION board.summarize_staged(the_box text, the_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM board.form_day WHERE box = the_box AND business_date = the_day;
    INSERT INTO board.form_day (box, business_date, kind, form, documents, net)
    SELECT the_box, the_day, kind, form, count(*), sum(net) FROM staging.document
     WHERE box = the_box AND business_date = the_day GROUP BY kind, form;
    INSERT INTO board.box_day (box, business_date, documents, quarantined, staged_at)
    SELECT the_box, the_day,
           (SELECT coalesce(sum(documents), 0) FROM board.form_day WHERE box = the_box AND business_date = the_day),
           (SELECT count(*) FROM staging.quarantined WHERE box = the_box AND business_date = the_day),
           (SELECT staged_at FROM staging.day WHERE box = the_box AND business_date = the_day)
        ON CONFLICT (business_date, box) DO UPDATE
       SET documents = excluded.documents, quarantined = excluded.quarantined, staged_at = excluded.staged_at;
    PERFORM board.summarize_standing(the_box, the_day);
END $$;

CREATE FUNCTION board.summarize_standing(the_box text, the_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO board.box_day (box, business_date, state, booked, revision, discrepancies, first_closed_at)
    SELECT the_box, the_day,
           CASE WHEN attempts.uncertain THEN 'uncertain'
                WHEN NOT runs.newest_is_last AND runs.first_closed_at IS NOT NULL THEN 'changed'
                WHEN NOT runs.newest_is_last THEN 'open'
                WHEN runs.newest = 'reconciled' THEN 'closed'
                ELSE runs.newest
           END,
           coalesce(booked.total, 0), current.revision, runs.discrepancies, runs.first_closed_at
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
                 AS uncertain
            FROM ledger.entry JOIN erp.attempt USING (entry_id)
           WHERE entry.box = the_box AND entry.business_date = the_day) AS attempts
        ON CONFLICT (business_date, box) DO UPDATE
       SET state = excluded.state, booked = excluded.booked, revision = excluded.revision,
           discrepancies = excluded.discrepancies, first_closed_at = excluded.first_closed_at;
END $$;

CREATE FUNCTION board.note_staged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM board.take_turns(NEW.box, NEW.business_date);
    PERFORM board.summarize_staged(NEW.box, NEW.business_date);
    RETURN NULL;
END $$;

CREATE FUNCTION board.note_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM board.take_turns(NEW.box, NEW.business_date);
    PERFORM board.summarize_standing(NEW.box, NEW.business_date);
    RETURN NULL;
END $$;

CREATE FUNCTION board.note_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM board.take_turns(box, business_date) FROM ledger.entry WHERE entry_id = NEW.entry_id;
    PERFORM board.summarize_standing(box, business_date) FROM ledger.entry WHERE entry_id = NEW.entry_id;
    RETURN NULL;
END $$;

-- At the end of their transactions, which by then have written all that belongs together.
CREATE CONSTRAINT TRIGGER board AFTER INSERT OR UPDATE ON staging.day
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_staged();
CREATE CONSTRAINT TRIGGER board AFTER INSERT ON ledger.revision
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_standing();
CREATE CONSTRAINT TRIGGER board AFTER INSERT ON reconciliation.run
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_standing();
CREATE CONSTRAINT TRIGGER board AFTER INSERT OR UPDATE ON erp.attempt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_attempt();

SELECT board.summarize_staged(box, business_date) FROM staging.day;

-- The work lists: what stands out, among all days.
CREATE INDEX ON board.box_day (box) WHERE state = 'discrepancy';
CREATE INDEX ON staging.quarantined (box) WHERE blocking;
CREATE INDEX ON erp.attempt (claimed_at)
    WHERE state = 'claimed' OR state IN ('doomed', 'rejected') AND reaped_at IS NULL;

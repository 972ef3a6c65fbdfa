-- What the books belong to in the world: this ledger among others, each box by its source and its target, and the sites
-- that were read and posted to. A site is a base address without user, password and query.
--
-- Columns added to tables that stand in seals are null in their older rows, so that every seal stays true.

CREATE TABLE ledger.installation (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    ledger_id text NOT NULL DEFAULT left(replace(gen_random_uuid()::text, '-', ''), 12),
    made_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ledger.installation IS 'This ledger''s own id: documents that carry it in the ERP were posted from here.';
INSERT INTO ledger.installation DEFAULT VALUES;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.installation
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- What each box is: a further row each time its file, its connections or their addresses say something else.
CREATE TABLE ledger.cash_box (
    box            text NOT NULL,
    version        integer NOT NULL CHECK (version > 0),
    file           text NOT NULL,
    name           text NOT NULL,
    company        text NOT NULL,
    source         text NOT NULL,
    source_site    text NOT NULL,
    source_key     text NOT NULL,
    erp_connection text NOT NULL,
    erp_site       text NOT NULL,
    tenant         text NOT NULL,
    lot            char(6) NOT NULL,
    currency       char(3) NOT NULL,
    timezone       text NOT NULL,
    start_date     date NOT NULL,
    seen_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (box, version)
);
COMMENT ON TABLE ledger.cash_box IS 'What each box is and was: where its documents come from, whose books they enter. The highest version counts.';
COMMENT ON COLUMN ledger.cash_box.box IS 'The id under which the ledger keeps its books, whatever its file is called now.';
COMMENT ON COLUMN ledger.cash_box.file IS 'The stem of its file when this was seen.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.cash_box
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE VIEW ledger.cash_box_now AS
SELECT DISTINCT ON (box) * FROM ledger.cash_box ORDER BY box, version DESC;
COMMENT ON VIEW ledger.cash_box_now IS 'Each box as it was last seen.';

ALTER TABLE landing.snapshot ADD COLUMN site text;
COMMENT ON COLUMN landing.snapshot.site IS 'The source''s site; null where it was landed before sites were kept.';
ALTER TABLE landing.taken ADD COLUMN key text;
COMMENT ON COLUMN landing.taken.key IS 'The box''s key at its source when this was taken; null where it was taken before keys were kept.';
ALTER TABLE ledger.entry ADD COLUMN site text;
COMMENT ON COLUMN ledger.entry.site IS 'The ERP''s site that it is meant for; null where it was frozen before sites were kept.';
ALTER TABLE erp.attempt ADD COLUMN site text;
COMMENT ON COLUMN erp.attempt.site IS 'The ERP''s site that it was sent to. Of attempts before sites were kept: the one that the box was first seen with.';

-- What a source says later of a day that was closed: the day counts as changed until it is landed again.
CREATE TABLE ledger.late_change (
    change_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    box           text NOT NULL,
    business_date date NOT NULL,
    snapshot_id   bigint REFERENCES landing.snapshot,
    what          text NOT NULL,
    noted_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON ledger.late_change (box, business_date);
COMMENT ON TABLE ledger.late_change IS 'What became known of a closed day afterwards, a sentence each; closing the day again settles it.';
COMMENT ON COLUMN ledger.late_change.snapshot_id IS 'The landing that showed it.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.late_change
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Whether an attempt that was given up may still be carried out: until it was found empty a day later.
CREATE FUNCTION erp.watched_until(attempt erp.attempt) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT attempt.decided_at + interval '1 day'
     WHERE attempt.state = 'doomed' AND coalesce(attempt.reaped_at, '-infinity') < attempt.decided_at + interval '1 day'
$$;

-- The board: a day may be closed and watched, or closed at another site of the ERP than the box's present one.
ALTER TABLE board.box_day
    DROP CONSTRAINT box_day_state_check,
    ADD CONSTRAINT box_day_state_check CHECK (state IN
        ('closed', 'watched', 'elsewhere', 'no activity', 'open', 'changed', 'discrepancy', 'uncertain')),
    ADD COLUMN watched_until timestamptz;
COMMENT ON COLUMN board.box_day.state IS 'Open: read or booked, never closed. Changed: read again or booked anew since it was closed, or the source said something else later. Watched: closed, and a request that was given up may still be carried out. Elsewhere: closed at another site of the ERP than the box''s present one.';
COMMENT ON COLUMN board.box_day.watched_until IS 'Until when a request that was given up may still be carried out; null where none may.';

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
                                             WHERE taken.box = the_box AND taken.business_date = the_day)) AS noted) AS later
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

-- A letter a day: the first of its state's name, but h for changed and v for watched.
CREATE OR REPLACE FUNCTION board.note_in_month(the_box text, the_day date, state text, amount numeric) RETURNS void LANGUAGE sql AS $$
    INSERT INTO board.box_month (box, month) VALUES (the_box, date_trunc('month', the_day)) ON CONFLICT DO NOTHING;
    UPDATE board.box_month
       SET states = overlay(states PLACING CASE state WHEN 'changed' THEN 'h' WHEN 'watched' THEN 'v' ELSE left(state, 1) END
                            FROM extract(day FROM the_day)::int FOR 1),
           booked[extract(day FROM the_day)::int] = amount
     WHERE box = the_box AND month = date_trunc('month', the_day);
$$;
COMMENT ON COLUMN board.box_month.states IS 'A letter a day: closed, watched (v), elsewhere, no activity, changed (h), discrepancy, uncertain, open; a point where it is not known.';

CREATE CONSTRAINT TRIGGER board AFTER INSERT ON ledger.late_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_standing();

-- A box that posts to another site now: its days are looked at again. The first site that it is seen with is the one that it
-- posted to before sites were kept.
CREATE FUNCTION board.note_box() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text;
BEGIN
    SELECT erp_site INTO before FROM ledger.cash_box WHERE box = NEW.box AND version = NEW.version - 1;
    IF before IS NULL THEN
        UPDATE erp.attempt SET site = NEW.erp_site FROM ledger.entry
         WHERE entry.entry_id = attempt.entry_id AND entry.box = NEW.box AND attempt.site IS NULL;
    ELSIF before <> NEW.erp_site THEN
        PERFORM board.summarize_standing(NEW.box, business_date) FROM board.box_day WHERE box = NEW.box;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER board AFTER INSERT ON ledger.cash_box
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_box();

-- The same, for people who query: two more columns, and closed elsewhere or changed later is not closed.
CREATE OR REPLACE VIEW ledger.box_day AS
WITH latest_revision AS (
    SELECT DISTINCT ON (box, business_date) * FROM ledger.revision ORDER BY box, business_date, revision DESC
), latest_run AS (
    SELECT DISTINCT ON (box, business_date) * FROM reconciliation.run ORDER BY box, business_date, run_id DESC
)
SELECT day.box,
       day.business_date,
       CASE WHEN posted.uncertain > 0 THEN 'uncertain'
            WHEN latest_run.revision_id IS DISTINCT FROM latest_revision.revision_id OR latest_run.run_id IS NULL
                 OR latest_run.reconciled_at < day.staged_at THEN 'open'
            WHEN latest_run.state <> 'discrepancy' AND kept.state IN ('changed', 'elsewhere') THEN kept.state
            ELSE latest_run.state
       END AS state,
       latest_revision.revision,
       staged.documents,
       held.quarantined,
       (SELECT coalesce(sum(total), 0) FROM ledger.entry
         WHERE revision_id = latest_revision.revision_id AND reverses IS NULL) AS journal_total,
       staged.money_by_form,
       posted.erp_documents,
       posted.uncertain,
       latest_run.reconciled_at,
       kept.watched_until,
       posted.erp_sites
  FROM staging.day AS day
  LEFT JOIN latest_revision USING (box, business_date)
  LEFT JOIN latest_run USING (box, business_date)
  LEFT JOIN board.box_day AS kept USING (box, business_date)
  CROSS JOIN LATERAL (
      SELECT coalesce(sum(rows), 0)::int AS documents,
             coalesce(jsonb_object_agg(form, net::text) FILTER (WHERE form <> ''), '{}') AS money_by_form
        FROM (SELECT form, count(*) AS rows, sum(net) AS net FROM staging.document
               WHERE document.box = day.box AND document.business_date = day.business_date GROUP BY form) AS by_form
  ) AS staged
  CROSS JOIN LATERAL (
      SELECT count(*)::int AS quarantined FROM staging.quarantined AS held
       WHERE held.box = day.box AND held.business_date = day.business_date
  ) AS held
  CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(attempt.lot || '/' || sublot || '/' || document ORDER BY attempt_id)
                      FILTER (WHERE attempt.state = 'confirmed'), '{}') AS erp_documents,
             count(*) FILTER (WHERE attempt.state = 'claimed'
                              OR attempt.state = 'doomed' AND attempt.reaped_at IS NULL)::int AS uncertain,
             coalesce(array_agg(DISTINCT attempt.site) FILTER (WHERE attempt.state = 'confirmed' AND attempt.site IS NOT NULL),
                      '{}') AS erp_sites
        FROM erp.attempt JOIN ledger.entry AS posted USING (entry_id)
       WHERE posted.box = day.box AND posted.business_date = day.business_date
  ) AS posted;
COMMENT ON COLUMN ledger.box_day.erp_sites IS 'The ERP''s sites that hold its documents.';

-- A day that was to be closed and never read is known, with the reason.

CREATE TABLE landing.stopped (
    box           text NOT NULL,
    business_date date NOT NULL,
    step          text NOT NULL,
    why           jsonb NOT NULL,
    stopped_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (box, business_date)
);
COMMENT ON TABLE landing.stopped IS 'Why a day could not be read (landed and staged) when that was last tried; of no interest once it is staged.';
COMMENT ON COLUMN landing.stopped.why IS 'A sentence with its values, so that it can be said in any language (bookkeeping.sentence).';

-- On the board such a day is open. Days that the board knows already stand as they stand.
CREATE FUNCTION board.note_stopped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM board.take_turns(NEW.box, NEW.business_date);
    INSERT INTO board.box_day (box, business_date) VALUES (NEW.box, NEW.business_date) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER board AFTER INSERT OR UPDATE ON landing.stopped
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_stopped();
COMMENT ON COLUMN board.box_day.state IS 'Open: read or booked, never closed; or, without staged_at, never read (landing.stopped says why). Changed: read again or booked anew since it was closed, or the source said something else later. Watched: closed, and a request that was given up may still be carried out. Elsewhere: closed at another site of the ERP than the box''s present one.';

-- The same, for people who query: a day that could not be read has a row, too, as "not read", and why.
CREATE OR REPLACE VIEW ledger.box_day AS
WITH latest_revision AS (
    SELECT DISTINCT ON (box, business_date) * FROM ledger.revision ORDER BY box, business_date, revision DESC
), latest_run AS (
    SELECT DISTINCT ON (box, business_date) * FROM reconciliation.run ORDER BY box, business_date, run_id DESC
), day AS (
    SELECT box, business_date, staged_at, CAST(NULL AS jsonb) AS why FROM staging.day
     UNION ALL
    SELECT box, business_date, NULL, why FROM landing.stopped
     WHERE NOT EXISTS (SELECT FROM staging.day
                        WHERE day.box = stopped.box AND day.business_date = stopped.business_date)
)
SELECT day.box,
       day.business_date,
       CASE WHEN posted.uncertain > 0 THEN 'uncertain'
            WHEN day.staged_at IS NULL THEN 'not read'
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
       posted.erp_sites,
       day.why
  FROM day
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
COMMENT ON COLUMN ledger.box_day.why IS 'Why a day that is not read could not be: a sentence with its values.';

-- What became known of a day, and what a look found, holds until the day is staged anew. A landing alone ends neither: where
-- nothing came of it, the books are still those of before.
CREATE OR REPLACE FUNCTION ledger.newest_look(the_box text, the_day date) RETURNS SETOF ledger.look LANGUAGE sql STABLE AS $$
    SELECT look.* FROM ledger.look
     WHERE look.box = the_box AND look.business_date = the_day
       AND look.compared_to = (SELECT day.snapshot_id FROM staging.day
                                WHERE day.box = the_box AND day.business_date = the_day)
     ORDER BY look.look_id DESC LIMIT 1;
$$;
COMMENT ON FUNCTION ledger.newest_look IS 'The newest look at a day; none where the day was staged from another landing since.';
COMMENT ON COLUMN ledger.look.compared_to IS 'The landing that the day''s documents were read from: once they are read from another one, the look is history.';

CREATE FUNCTION ledger.late_changes(the_box text, the_day date) RETURNS SETOF ledger.late_change LANGUAGE sql STABLE AS $$
    SELECT late_change.*
      FROM ledger.late_change JOIN staging.day USING (box, business_date)
      JOIN landing.snapshot AS staged ON staged.snapshot_id = day.snapshot_id
     WHERE late_change.box = the_box AND late_change.business_date = the_day
       AND late_change.noted_at > staged.landed_at
       -- What the day's own landing shows of it is staged with that.
       AND late_change.snapshot_id IS DISTINCT FROM day.snapshot_id;
$$;
COMMENT ON FUNCTION ledger.late_changes IS 'What became known of a day since what is staged of it was landed.';

-- The board: a day that is told otherwise counts as changed until it is staged anew, or found as it was.
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
          SELECT EXISTS (SELECT FROM ledger.late_changes(the_box, the_day))
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

-- Days that a dry run, or a landing that went no further, had made green.
SELECT board.summarize_standing(box, business_date)
  FROM (SELECT DISTINCT box, business_date FROM ledger.late_change
         UNION
        SELECT DISTINCT box, business_date FROM ledger.look WHERE outcome <> 'unchanged') AS told
  JOIN board.box_day USING (box, business_date);

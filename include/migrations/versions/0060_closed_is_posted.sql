-- A day was closed by its last reconciliation, whatever became of its documents since: one whose books were deleted, to be
-- posted anew, and then refused, stayed closed. It is closed while each entry of its current books stands in the ERP, and
-- of its other books as many stand as were taken back.

CREATE OR REPLACE FUNCTION board.summarize_standing(the_box text, the_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO board.box_day (box, business_date, state, booked, revision, discrepancies, first_closed_at, watched_until)
    SELECT the_box, the_day,
           CASE WHEN attempts.uncertain THEN 'uncertain'
                WHEN NOT runs.newest_is_last AND runs.first_closed_at IS NOT NULL THEN 'changed'
                WHEN NOT runs.newest_is_last THEN 'open'
                WHEN runs.newest = 'discrepancy' THEN 'discrepancy'
                WHEN booked.entries <> attempts.own OR attempts.others <> 0 THEN 'changed'
                WHEN later.noted THEN 'changed'
                WHEN target.elsewhere THEN 'elsewhere'
                WHEN attempts.watched_until IS NOT NULL THEN 'watched'
                WHEN runs.newest = 'reconciled' THEN 'closed'
                ELSE runs.newest
           END,
           coalesce(booked.total, 0), current.revision, runs.discrepancies, runs.first_closed_at, attempts.watched_until
      FROM (SELECT (SELECT staged_at FROM staging.day WHERE box = the_box AND business_date = the_day)) AS staged
      LEFT JOIN LATERAL (
          SELECT revision_id, revision, to_site FROM ledger.revision
           WHERE box = the_box AND business_date = the_day ORDER BY revision DESC LIMIT 1) AS current ON true
     CROSS JOIN LATERAL (
          SELECT count(*) AS entries, sum(total) AS total FROM ledger.entry
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
                 max(erp.watched_until(attempt)) AS watched_until,
                 count(*) FILTER (WHERE attempt.state = 'confirmed' AND deleting_since IS NULL
                                        AND revision_id = current.revision_id AND reverses IS NULL) AS own,
                 count(*) FILTER (WHERE attempt.state = 'confirmed' AND (attempt.site = current.to_site) IS NOT FALSE
                                        AND revision_id <> current.revision_id AND reverses IS NULL)
                 - count(*) FILTER (WHERE attempt.state = 'confirmed' AND (attempt.site = current.to_site) IS NOT FALSE
                                          AND deleting_since IS NULL AND reverses IS NOT NULL) AS others
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

SELECT board.summarize_standing(box, business_date) FROM board.box_day AS day JOIN ledger.revision USING (box, business_date, revision)
 WHERE day.state IN ('closed', 'watched', 'no activity', 'elsewhere')
   AND (day.revision > 1
        OR EXISTS (SELECT FROM ledger.entry
                    WHERE entry.revision_id = revision.revision_id AND reverses IS NULL
                      AND NOT EXISTS (SELECT FROM erp.attempt
                                       WHERE attempt.entry_id = entry.entry_id AND state = 'confirmed' AND deleting_since IS NULL)));

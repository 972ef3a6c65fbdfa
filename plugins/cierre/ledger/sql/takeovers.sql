-- name: note_doubt!
INSERT INTO erp.doubt (site, tenant, lot, entry_date, sublot, document, attempt_id, noted_at)
VALUES (coalesce(:site, ''), :tenant, :lot, :entry_date, :sublot, :document, :attempt_id, erp.clock())
    ON CONFLICT (attempt_id) DO NOTHING;

-- name: note_lot_in_use!
-- Once, as long as nobody has decided about it.
INSERT INTO erp.doubt (site, tenant, lot, entry_date, sublot, document, noted_at)
SELECT coalesce(:site, ''), :tenant, :lot, :entry_date, :sublot, :document, erp.clock()
 WHERE NOT EXISTS (SELECT FROM erp.doubt
                    WHERE doubt.site = coalesce(:site, '') AND tenant = :tenant AND lot = :lot AND attempt_id IS NULL
                      AND NOT EXISTS (SELECT FROM erp.takeover
                                       WHERE takeover.site = doubt.site AND takeover.tenant = doubt.tenant
                                         AND takeover.lot = doubt.lot AND decided_at >= doubt.noted_at));

-- name: open_doubts
-- Of a box's day: what an attempt of it met, in this lot or another, and what was found in the lot that its books are
-- meant for before anything was posted there.
SELECT tenant, lot, entry_date, sublot, document, attempt_id FROM erp.doubt
 WHERE site = coalesce(:site, '')
   AND CASE WHEN attempt_id IS NULL
            THEN tenant = :tenant AND lot = :lot
                 AND NOT EXISTS (SELECT FROM erp.attempt
                                  WHERE attempt.tenant = doubt.tenant AND attempt.lot = doubt.lot
                                    AND coalesce(attempt.site, doubt.site) = doubt.site)
            ELSE EXISTS (SELECT FROM erp.attempt JOIN ledger.entry USING (entry_id)
                          WHERE attempt.attempt_id = doubt.attempt_id AND reaped_at IS NULL
                            AND box = :box AND business_date = :business_date)
       END
   AND NOT EXISTS (SELECT FROM erp.takeover
                    WHERE takeover.site = doubt.site AND takeover.tenant = doubt.tenant AND takeover.lot = doubt.lot
                      AND through >= doubt.entry_date AND (attempt_id IS NOT NULL OR decided_at >= noted_at))
 ORDER BY doubt_id;

-- name: take_over!
INSERT INTO erp.takeover (site, tenant, lot, through, why, decided_by, decided_at)
SELECT coalesce(:site, ''), :tenant, :lot,
       greatest(erp.clock()::date, CAST(:through AS date),
                (SELECT max(entry_date) FROM erp.doubt
                  WHERE doubt.site = coalesce(:site, '') AND tenant = :tenant AND lot = :lot)),
       :why, :decided_by, erp.clock();

-- name: takeovers_of
-- The last taking over of each of the lots, with what stands there on a date; those that were not taken over are left out.
SELECT tenant, lot, entry_date, max(takeover_id) AS takeover_id
  FROM unnest(CAST(:tenants AS text[]), CAST(:lots AS text[]), CAST(:entry_dates AS date[])) AS place (tenant, lot, entry_date)
  JOIN erp.takeover USING (tenant, lot)
 WHERE site = coalesce(:site, '') AND through >= entry_date
 GROUP BY tenant, lot, entry_date;

-- name: is_taken_over_since$
SELECT EXISTS (SELECT FROM erp.attempt JOIN erp.takeover USING (tenant, lot)
                WHERE attempt_id = :attempt_id AND takeover.site = coalesce(attempt.site, '')
                  AND through >= entry_date AND takeover.decided_at >= attempt.decided_at);

-- name: is_in_doubt$
SELECT EXISTS (SELECT FROM erp.doubt
                WHERE attempt_id = :attempt_id
                  AND NOT EXISTS (SELECT FROM erp.takeover
                                   WHERE takeover.site = doubt.site AND takeover.tenant = doubt.tenant
                                     AND takeover.lot = doubt.lot AND through >= doubt.entry_date));

-- name: leave_to_others!
UPDATE erp.attempt SET reaped_at = erp.clock()
 WHERE attempt_id = ANY (CAST(:attempt_ids AS bigint[])) AND state IN ('rejected', 'doomed') AND reaped_at IS NULL;

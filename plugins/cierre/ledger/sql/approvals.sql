-- name: standing^
-- What the rules look at: whether the revision would still send something and dated when, and what went before it at
-- the site that it is meant for.
SELECT coalesce((SELECT sum(total) FROM ledger.entry WHERE revision_id = :revision_id AND reverses IS NULL), 0) AS total,
       EXISTS (SELECT FROM ledger.entry AS booking WHERE revision_id = :revision_id AND reverses IS NULL
                AND NOT EXISTS (SELECT FROM erp.attempt
                                 WHERE attempt.entry_id = booking.entry_id AND state = 'confirmed')) AS unposted,
       EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                WHERE box = :box AND business_date = :business_date AND revision_id <> :revision_id
                  AND state = 'confirmed'
                  AND (CAST(:site AS text) IS NULL OR coalesce(attempt.site, :site) = :site)) AS corrects,
       NOT EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                    WHERE box = :box AND state = 'confirmed'
                      AND (CAST(:site AS text) IS NULL OR coalesce(attempt.site, :site) = :site)) AS first_day,
       (SELECT max(entry_date) FROM ledger.entry AS booking WHERE revision_id = :revision_id AND reverses IS NULL
           AND NOT EXISTS (SELECT FROM erp.attempt
                            WHERE attempt.entry_id = booking.entry_id AND state = 'confirmed')) AS entry_date;

-- name: moved$
-- The money that a revision moves from one account to another, beside the day's books as it was closed last.
SELECT coalesce(sum(abs(difference)) / 2, 0)
  FROM (SELECT sum(CASE side WHEN 'D' THEN amount ELSE -amount END
                   * CASE revision_id WHEN :revision_id THEN 1 ELSE -1 END) AS difference
          FROM ledger.line JOIN ledger.entry USING (entry_id)
         WHERE reverses IS NULL
           AND (revision_id = :revision_id
                OR revision_id = (SELECT revision_id FROM reconciliation.run
                                   WHERE box = :box AND business_date = :business_date AND state <> 'discrepancy'
                                   ORDER BY run_id DESC LIMIT 1))
         GROUP BY account, cost_centre, item, value_class, entities) AS place;

-- name: released$
-- Rows that stand under two forms of payment, or alike in two sessions, and are booked all the same.
SELECT count(*)::int FROM staging.document
 WHERE box = :box AND business_date = :business_date AND attributes ->> 'released' IN ('two_forms', 'two_sessions');

-- name: unusual$
-- Invoices whose VAT rate or total is not understood and that are booked all the same.
SELECT count(*)::int FROM staging.document
 WHERE box = :box AND business_date = :business_date
   AND attributes ->> 'released' IN ('bad_rate', 'totals_disagree');

-- name: books^
-- What a revision's books belong to; of one without entries only where it was read from.
SELECT source, snapshot.site, connection, coalesce(taken.key, nullif(source_key, '*')) AS key, tenant, lot, currency
  FROM ledger.revision JOIN landing.snapshot USING (snapshot_id)
  LEFT JOIN landing.taken ON (taken.box, taken.business_date, taken.snapshot_id)
                           = (revision.box, revision.business_date, revision.snapshot_id)
  LEFT JOIN ledger.entry ON entry.revision_id = revision.revision_id AND reverses IS NULL
 WHERE revision.revision_id = :revision_id
 ORDER BY part LIMIT 1;

-- name: standing_books
-- What the day's earlier books belong to that the ERP holds at a site, or may hold, and that no reversal has taken back.
SELECT DISTINCT source, snapshot.site, connection, coalesce(taken.key, nullif(source_key, '*')) AS key,
       booking.tenant, booking.lot, currency
  FROM ledger.entry AS booking JOIN ledger.revision USING (revision_id)
  JOIN landing.snapshot USING (snapshot_id)
  LEFT JOIN landing.taken ON (taken.box, taken.business_date, taken.snapshot_id)
                           = (revision.box, revision.business_date, revision.snapshot_id)
 WHERE booking.box = :box AND booking.business_date = :business_date AND revision_id < :revision_id
   AND reverses IS NULL
   AND EXISTS (SELECT FROM erp.attempt WHERE attempt.entry_id = booking.entry_id AND erp.may_hold(attempt)
                  -- What an attempt that met others' documents had written was deleted again before that was noted.
                  AND NOT EXISTS (SELECT FROM erp.doubt WHERE doubt.attempt_id = attempt.attempt_id)
                  AND (CAST(:site AS text) IS NULL OR coalesce(attempt.site, :site) = :site))
   AND NOT EXISTS (SELECT FROM ledger.entry AS reversal JOIN erp.attempt USING (entry_id)
                    WHERE reversal.reverses = booking.entry_id AND attempt.state = 'confirmed'
                      AND attempt.deleting_since IS NULL)
 ORDER BY 1, 2, 3, 4, 5, 6, 7;

-- name: last_currency$
-- Of the books that were posted last for the box, other than a revision's, and that no reversal has taken back.
SELECT currency FROM ledger.entry AS booking JOIN erp.attempt USING (entry_id)
 WHERE box = :box AND revision_id <> :revision_id AND reverses IS NULL AND state = 'confirmed'
   AND NOT EXISTS (SELECT FROM ledger.entry AS reversal JOIN erp.attempt AS reversing USING (entry_id)
                    WHERE reversal.reverses = booking.entry_id AND reversing.state = 'confirmed'
                      AND reversing.deleting_since IS NULL)
 ORDER BY booking.entry_id DESC LIMIT 1;

-- name: approved
-- Of this revision, or of one with the same books for the same site, if it is not about the date that they had there.
SELECT DISTINCT reason, decided_by, ran_by FROM ledger.approval JOIN ledger.revision AS asked USING (revision_id)
  JOIN ledger.revision AS now ON now.revision_id = :revision_id
 WHERE decision = 'approved'
   AND (asked.revision_id = now.revision_id
        OR reason <> 'closed_period' AND asked.to_site IS NOT DISTINCT FROM now.to_site
           AND coalesce(asked.redates, asked.revision_id) = now.redates);

-- name: ask!
INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in)
VALUES (:box, :business_date, :revision_id, :reason, :asked, :run)
    ON CONFLICT (revision_id, reason, asked_in) WHERE decision IS NULL DO NOTHING;

-- name: give_up!
-- What was asked about books that are no longer the day's: nobody answered in time.
UPDATE ledger.approval SET decision = 'timed out', decided_at = clock_timestamp()
 WHERE box = :box AND business_date = :business_date AND revision_id <> :revision_id AND decision IS NULL;

-- name: open_in
-- What a run asked about a day and nobody has answered.
SELECT approval_id, revision_id, reason, asked FROM ledger.approval
 WHERE box = :box AND business_date = :business_date AND asked_in = :run AND decision IS NULL
   FOR UPDATE;

-- name: decide!
UPDATE ledger.approval SET decision = :decision, decided_by = :decided_by, decided_at = clock_timestamp(),
       ran_by = :ran_by, comment = :comment, signature = :signature
 WHERE approval_id = :approval_id;

-- name: last_asked^
SELECT revision_id, asked_at, decision, decided_by, coalesce(comment, '') AS comment, decided_at FROM ledger.approval
 WHERE box = :box AND business_date = :business_date AND asked_in = :run ORDER BY approval_id DESC LIMIT 1;

-- name: leave!
UPDATE ledger.approval SET decision = 'not taken', decided_by = :decided_by, decided_at = clock_timestamp(),
       ran_by = :ran_by, comment = :comment
 WHERE box = :box AND business_date = :business_date AND asked_in = :run AND decision IS NULL;

-- name: standing^
-- What the rules look at: whether the revision would still send something, and what went before it.
SELECT coalesce((SELECT sum(total) FROM ledger.entry WHERE revision_id = :revision_id AND reverses IS NULL), 0) AS total,
       EXISTS (SELECT FROM ledger.entry AS booking WHERE revision_id = :revision_id AND reverses IS NULL
                AND NOT EXISTS (SELECT FROM erp.attempt
                                 WHERE attempt.entry_id = booking.entry_id AND state = 'confirmed')) AS unposted,
       EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                WHERE box = :box AND business_date = :business_date AND revision_id <> :revision_id
                  AND state = 'confirmed') AS corrects,
       NOT EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                    WHERE box = :box AND state = 'confirmed') AS first_day,
       (SELECT count(*)::int FROM staging.document
         WHERE box = :box AND business_date = :business_date AND attributes ->> 'released' = 'two_forms') AS released;

-- name: approved
SELECT DISTINCT reason FROM ledger.approval WHERE revision_id = :revision_id AND decision = 'approved';

-- name: ask!
INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in)
VALUES (:box, :business_date, :revision_id, :reason, :asked, :run)
    ON CONFLICT (revision_id, reason, asked_in) WHERE decision IS NULL DO NOTHING;

-- name: give_up!
-- What was asked about books that are no longer the day's: nobody answered in time.
UPDATE ledger.approval SET decision = 'timed out', decided_at = clock_timestamp()
 WHERE box = :box AND business_date = :business_date AND revision_id <> :revision_id AND decision IS NULL;

-- name: decide
UPDATE ledger.approval SET decision = :decision, decided_by = :decided_by, decided_at = clock_timestamp()
 WHERE box = :box AND business_date = :business_date AND asked_in = :run AND decision IS NULL RETURNING revision_id;

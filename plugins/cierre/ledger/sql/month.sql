-- name: days
-- Where each business date stands.
SELECT box, business_date, state, documents, quarantined, booked, currency, revision, first_closed_at
  FROM board.box_day WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
 ORDER BY box COLLATE "C", business_date;

-- name: money_by_form
-- Staged money of the business dates, by box, currency, kind and form of payment.
SELECT box, currency, kind, form, sum(documents)::int AS documents, sum(net) AS net
  FROM board.form_day WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
 GROUP BY box, currency, kind, form
 ORDER BY box COLLATE "C", currency, kind, form;

-- name: corrections
-- Business dates that were booked again at their box's present site of the ERP, each time with the books that it replaced.
-- Books count once the ERP held all of them, unless they were undone; empty ones, where it holds none of the earlier ones.
WITH posted AS (
    SELECT box, business_date, revision, frozen_at, own.currency, own.booked,
           lag(revision) OVER day AS revision_before, lag(own.currency) OVER day AS currency_before,
           lag(own.booked) OVER day AS booked_before
      FROM ledger.revision LEFT JOIN ledger.cash_box_now AS here USING (box)
     CROSS JOIN LATERAL (
          SELECT min(currency) AS currency, coalesce(sum(total), 0) AS booked, count(*) AS entries,
                 count(*) FILTER (WHERE EXISTS (
                     SELECT FROM erp.attempt
                      WHERE attempt.entry_id = entry.entry_id
                        AND (coalesce(attempt.site, entry.site) = here.erp_site) IS NOT FALSE
                        AND (state = 'confirmed'
                             OR state = 'withdrawn' AND ledger.in_english(outcome) IS DISTINCT FROM :undone))) AS held
            FROM ledger.entry WHERE entry.revision_id = revision.revision_id AND reverses IS NULL) AS own
     WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
       AND CASE WHEN own.entries > 0 THEN own.held = own.entries
                ELSE (to_site = here.erp_site) IS NOT FALSE
                     AND NOT EXISTS (SELECT FROM ledger.entry_now AS older
                                      WHERE older.box = revision.box AND older.business_date = revision.business_date
                                        AND older.revision_id < revision.revision_id AND older.reverses IS NULL
                                        AND older.counts) END
    WINDOW day AS (PARTITION BY box, business_date ORDER BY revision))
SELECT box, business_date, revision, frozen_at, currency_before, booked_before, currency, booked
  FROM posted WHERE revision_before IS NOT NULL
 ORDER BY box COLLATE "C", business_date, revision;

-- name: approvals
-- What people were asked about the business dates, and what they answered.
SELECT approval.box, approval.business_date, revision, asked, asked_at, decision, decided_at, decided_by,
       coalesce(comment, '') AS comment, reason, asked_in, revision_id
  FROM ledger.approval JOIN ledger.revision USING (revision_id)
 WHERE approval.box = ANY(:boxes) AND approval.business_date BETWEEN :first AND :last
 ORDER BY approval.box COLLATE "C", approval.business_date, approval_id;

-- name: quarantined
-- Rows of the business dates that are not booked; of a day that was staged before its rows had a currency, it is that of
-- the day's other money.
SELECT box, business_date, place, kind, form, reason, message, net, blocking,
       coalesce(currency, (SELECT staged.currency FROM board.form_day AS staged
                            WHERE staged.box = quarantined.box AND staged.business_date = quarantined.business_date
                            ORDER BY documents DESC, staged.currency LIMIT 1)) AS currency, snapshot_id
  FROM staging.quarantined JOIN staging.day USING (box, business_date)
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
 ORDER BY box COLLATE "C", business_date, place;

-- name: answers
-- The sources' answers that the business dates were read from, and whether what each source attests holds.
SELECT taken.box, taken.business_date, taken.snapshot_id, source, received_at, sha256, certificate.state, claims, broken
  FROM landing.taken JOIN landing.snapshot USING (snapshot_id)
  LEFT JOIN landing.certificate ON certificate.snapshot_id = taken.snapshot_id AND certificate.box = taken.box
       AND certificate.business_date = taken.business_date
 WHERE taken.box = ANY(:boxes) AND taken.business_date BETWEEN :first AND :last
 ORDER BY taken.box COLLATE "C", taken.business_date, taken.snapshot_id;

-- name: sent
-- What was sent to the boxes' present site of the ERP with a date of the month there.
SELECT box, business_date, entry_key, entry.reverses IS NOT NULL AS reversal, attempt.entry_date, entry.currency, total,
       rtrim(attempt.tenant) AS tenant, attempt.lot, sublot, document, state, claimed_at, decided_at, verified_at
  FROM erp.attempt JOIN ledger.entry USING (entry_id) LEFT JOIN ledger.cash_box_now AS here USING (box)
 WHERE box = ANY(:boxes) AND attempt.entry_date BETWEEN :first AND :last
   AND (attempt.site = here.erp_site) IS NOT FALSE
 ORDER BY box COLLATE "C", attempt.entry_date, attempt_id;

-- name: newest^
-- The newest sign-off of a company's month, with its revocation.
SELECT sign_off_id, company, month, signed_by, signed_at, coalesce(comment, '') AS comment, ran_by, revoked_by,
       coalesce(reason, '') AS reason, revoked_at
  FROM ledger.sign_off_now WHERE company = :company AND month = :month;

-- name: standing
-- Who signed a month, of each company whose signature was not taken back.
SELECT company, signed_by AS by, signed_at AS at FROM ledger.sign_off_now
 WHERE revoked_by IS NULL AND month = :month;

-- name: history
-- Every sign-off of a company's month, newest first.
SELECT sign_off_id, company, month, signed_by, signed_at, coalesce(comment, '') AS comment, ran_by, revoked_by,
       coalesce(reason, '') AS reason, revoked_at
  FROM ledger.sign_off LEFT JOIN ledger.revocation USING (sign_off_id)
 WHERE company = :company AND month = :month ORDER BY sign_off_id DESC;

-- name: signed_months
-- Months of some dates that are signed: those of the box's company, and of whichever signed days of the box.
SELECT month, signed_by AS by, signed_at AS at FROM ledger.sign_off_now AS own
 WHERE revoked_by IS NULL AND month = ANY(:months)
   AND (company = :company
        OR EXISTS (SELECT FROM ledger.signed_day AS day WHERE day.sign_off_id = own.sign_off_id AND day.box = :box))
 ORDER BY month, signed_at DESC;

-- name: days
SELECT box, business_date AS day, state, revision, booked, currency FROM ledger.signed_day
 WHERE sign_off_id = :sign_off_id ORDER BY business_date, box COLLATE "C";

-- name: ran_by
-- Who had run what people were asked about the days, by the answers on record.
SELECT DISTINCT unnest(ran_by) AS who FROM ledger.approval
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last;

-- name: add<!
INSERT INTO ledger.sign_off (company, month, signed_by, ran_by, checklist, comment)
VALUES (:company, :month, :signed_by, :ran_by, :checklist, :comment)
RETURNING sign_off_id;

-- name: revoke!
-- Once: who comes second changes nothing.
INSERT INTO ledger.revocation (sign_off_id, revoked_by, reason) VALUES (:sign_off_id, :revoked_by, :reason)
    ON CONFLICT (sign_off_id) DO NOTHING;

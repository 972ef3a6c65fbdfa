-- name: now$
SELECT erp.clock();

-- name: claim^
-- Nothing where the call has been used up. Clocks differ, so a new day's call also keeps an hour away from the last.
INSERT INTO vendor.call (service, company, connection, method, subject, allowance, vendor_day, claimed_at,
                                 claimed_by, override_by)
SELECT :service, :company, :connection, :method, :subject, :allowance, (erp.clock() AT TIME ZONE :zone)::date,
       erp.clock(), :claimed_by, :override_by
 WHERE NOT EXISTS (SELECT FROM vendor.call
                    WHERE service = :service AND company = :company AND method = :method
                      AND :allowance = 'once a day' AND allowance = :allowance
                      AND outcome IS DISTINCT FROM 'not sent'
                      AND claimed_at > erp.clock() - interval '1 hour')
ON CONFLICT DO NOTHING
RETURNING call_id, claimed_at, vendor_day;

-- name: finish!
UPDATE vendor.call SET outcome = :outcome, decided_at = erp.clock(), snapshot_id = :snapshot_id
 WHERE call_id = :call_id;

-- name: kept_answer^
SELECT call_id, claimed_at, snapshot_id, asked, received_at, body
  FROM vendor.call JOIN landing.snapshot USING (snapshot_id) JOIN landing.body USING (sha256)
 WHERE service = :service AND company = :company AND method = :method AND subject = :subject
 ORDER BY call_id DESC LIMIT 1;

-- name: latest_call^
SELECT call_id, subject, vendor_day, claimed_at, claimed_by, outcome
  FROM vendor.call
 WHERE service = :service AND company = :company AND method = :method AND outcome IS DISTINCT FROM 'not sent'
 ORDER BY call_id DESC LIMIT 1;

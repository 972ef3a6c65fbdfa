-- name: posted
SELECT entry_id, entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency, total
  FROM ledger.entry
 WHERE box = :box AND business_date = :business_date
   AND EXISTS (SELECT FROM erp.attempt WHERE attempt.entry_id = entry.entry_id AND state = 'confirmed')
 ORDER BY entry_id;

-- name: attempts_in
SELECT attempt_id, entry_id, tenant, entry_date, lot, sublot, state, lease_until, document, outcome
  FROM erp.attempt WHERE tenant = :tenant AND entry_date = :entry_date AND lot = :lot;

-- name: note_read_back!
UPDATE erp.attempt SET verified_at = CASE WHEN :agrees THEN erp.clock() END WHERE attempt_id = :attempt_id;

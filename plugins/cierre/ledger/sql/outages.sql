-- name: wait!
-- A first wait, of a new try, is one that people were not told of.
INSERT INTO ledger.waiting (box, business_date, step, company, name, connection, vendor, again_at, until)
VALUES (:box, :business_date, :step, :company, :name, :connection, :vendor, :again_at, :until)
    ON CONFLICT (box, business_date, step) DO UPDATE
   SET company = excluded.company, name = excluded.name, connection = excluded.connection, vendor = excluded.vendor,
       again_at = excluded.again_at, until = excluded.until,
       since = CASE WHEN :first THEN excluded.since ELSE waiting.since END,
       told_at = CASE WHEN :first THEN NULL ELSE waiting.told_at END;

-- name: over!
DELETE FROM ledger.waiting WHERE box = :box AND business_date = :business_date AND step = :step;

-- name: of_day
SELECT step, connection, vendor, since, again_at, until FROM ledger.waiting
 WHERE box = :box AND business_date = :business_date ORDER BY since;

-- name: take_untold
-- What nobody was told of yet; whoever takes it tells it. A run that a person ended left its row behind.
UPDATE ledger.waiting SET told_at = clock_timestamp()
 WHERE company = :company AND connection = :connection AND told_at IS NULL
   AND coalesce(again_at, until) > clock_timestamp() - interval '1 day'
RETURNING box, business_date, step, name, vendor, since, again_at, until;

-- name: give_back!
UPDATE ledger.waiting SET told_at = NULL WHERE box = :box AND business_date = :business_date AND step = :step;

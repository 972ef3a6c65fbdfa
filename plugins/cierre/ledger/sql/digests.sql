-- name: ask!
-- Another run that asks for the same day wants it told again.
INSERT INTO ledger.digest AS known (company, business_date, asked_in) VALUES (:company, :business_date, :run)
    ON CONFLICT (company, business_date) DO UPDATE
   SET asked_in = excluded.asked_in, asked_at = clock_timestamp(), begun_at = NULL, told_at = NULL, waits_until = NULL
 WHERE known.asked_in <> excluded.asked_in;

-- name: owed
SELECT business_date, begun_at FROM ledger.digest WHERE company = :company AND told_at IS NULL ORDER BY business_date;

-- name: overdue
-- Whose waiting run is gone, or never came to wait.
SELECT business_date FROM ledger.digest
 WHERE company = :company AND told_at IS NULL
   AND coalesce(waits_until, asked_at + interval '1 hour') < clock_timestamp()
   AND NOT EXISTS (SELECT FROM ledger.digest AS other
                    WHERE other.company = :company AND other.told_at IS NULL AND other.waits_until > clock_timestamp())
 ORDER BY business_date;

-- name: active_until$
-- When a company's boxes will have closed nothing, and no run asked for a day, for a while; null where that is so
-- already. Who closes and who asks are different runs: what was closed long ago may be asked for only now, all at once.
SELECT max(happened_at) + :quiet
  FROM (SELECT reconciled_at AS happened_at FROM reconciliation.run WHERE box = ANY(:boxes)
        UNION ALL
        SELECT asked_at FROM ledger.digest WHERE company = :company AND told_at IS NULL) AS activity
 WHERE happened_at > clock_timestamp() - :quiet;

-- name: another_waits$
SELECT EXISTS (SELECT FROM ledger.digest
                WHERE company = :company AND business_date <> :business_date AND told_at IS NULL
                  AND waits_until > clock_timestamp());

-- name: wait!
UPDATE ledger.digest SET waits_until = :until WHERE company = :company AND business_date = :business_date;

-- name: begin!
UPDATE ledger.digest SET begun_at = clock_timestamp()
 WHERE company = :company AND business_date = ANY(:days) AND told_at IS NULL;

-- name: told!
UPDATE ledger.digest SET told_at = clock_timestamp(), waits_until = NULL
 WHERE company = :company AND business_date = ANY(:days) AND told_at IS NULL;

-- name: not_begun!
UPDATE ledger.digest SET begun_at = NULL
 WHERE company = :company AND business_date = ANY(:days) AND told_at IS NULL;

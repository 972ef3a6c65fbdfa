-- name: booked_days
-- The days since a date whose books are those of what is staged: not the days that stop, nor those never booked.
SELECT DISTINCT ON (business_date) business_date, revision.digest
  FROM staging.day JOIN ledger.revision USING (box, business_date)
 WHERE box = :box AND business_date >= :since
   AND NOT EXISTS (SELECT FROM staging.problem
                    WHERE problem.box = day.box AND problem.business_date = day.business_date)
   AND NOT EXISTS (SELECT FROM staging.quarantined AS held
                    WHERE held.box = day.box AND held.business_date = day.business_date AND held.blocking)
 ORDER BY business_date, revision DESC;

-- name: booked_balances
-- What the newest books of each day since a date put where, debits less credits.
SELECT business_date, currency, account, cost_centre, item, value_class, entities,
       sum(CASE side WHEN 'D' THEN amount ELSE -amount END) AS balance
  FROM (SELECT DISTINCT ON (business_date) revision_id, business_date
          FROM ledger.revision WHERE box = :box AND business_date >= :since
         ORDER BY business_date, revision DESC) AS newest
  JOIN ledger.entry USING (revision_id, business_date) JOIN ledger.line USING (entry_id)
 WHERE reverses IS NULL
 GROUP BY business_date, currency, account, cost_centre, item, value_class, entities;

-- name: staged_days$
SELECT count(*)::int FROM staging.day WHERE box = :box AND business_date >= :since;

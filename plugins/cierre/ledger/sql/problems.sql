-- name: clear!
DELETE FROM staging.problem WHERE box = :box AND business_date = :business_date;

-- name: unbooked
-- Days that are staged and not booked as staged: never derived, or stopped when they last were.
SELECT day.box, day.business_date, day.staged_at,
       EXISTS (SELECT FROM staging.quarantined AS held
                WHERE held.box = day.box AND held.business_date = day.business_date AND held.blocking) AS quarantined
  FROM staging.day
 WHERE NOT EXISTS (SELECT FROM ledger.revision WHERE revision.box = day.box
                                                 AND revision.business_date = day.business_date)
    OR EXISTS (SELECT FROM staging.problem WHERE problem.box = day.box AND problem.business_date = day.business_date)
 ORDER BY day.box, day.business_date;

-- name: stopped
SELECT box, business_date, mapping, kind, posting, attributes, documents, amount, currency, examples, message, fix,
       mapping_table, found_at
  FROM staging.problem ORDER BY box, business_date, problem;

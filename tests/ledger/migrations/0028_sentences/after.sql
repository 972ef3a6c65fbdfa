SELECT array_agg(text ORDER BY text) = ARRAY['""', '"1 payment"', '"Is it right?"', '"invoice 7 is gone"',
                                             '"item 3 was not planned"', '"office 1, \"form\" {4}"', '"the amount is \"\""']
    AS "a finished text is a JSON string of the same text"
  FROM (SELECT what::text COLLATE "C" AS text FROM landing.claim
        UNION ALL SELECT message::text FROM staging.quarantined
        UNION ALL SELECT unnest(ARRAY[message::text, fix::text]) FROM staging.problem
        UNION ALL SELECT what::text FROM ledger.late_change
        UNION ALL SELECT asked::text FROM ledger.approval
        UNION ALL SELECT sentence::text FROM reconciliation.plan_objection) AS kept;
SELECT ledger.in_english(what) = 'office 1, "form" {4}' AS "it is said as it is" FROM landing.claim;

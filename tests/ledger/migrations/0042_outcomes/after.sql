SELECT array_agg(outcome ORDER BY attempt_id) = ARRAY[
    '"deleted: newer books of the day replace it"', '"acknowledged"', E'"no \\"answer\\" {4}, á\\\\b\\t."']::jsonb[]
    AS "a finished text is a JSON string of the same text" FROM erp.attempt;
SELECT ledger.in_english(outcome) = E'no "answer" {4}, á\\b\t.' AS "it is said as it is" FROM erp.uncertain;
SELECT standing = 'withdrawn' AS "the history of a day is as it was" FROM ledger.chain WHERE box = 't_a';

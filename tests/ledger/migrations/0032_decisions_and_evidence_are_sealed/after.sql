SELECT array_agg(what ORDER BY seal) = '{certificate,quarantine,question,answer,attempt,reconciliation}'
    AS "what a box's chain lacked is sealed after what it had" FROM ledger.seal WHERE box = 't_a' AND late;
SELECT array_agg(what ORDER BY seal) = '{takeover,capability}' AS "what belongs to no box has a chain of its own"
  FROM ledger.seal WHERE box = '*';
SELECT bool_and(late = (what NOT IN ('snapshot', 'books', 'entry', 'posting'))) AS "only what was sealed now is late"
  FROM ledger.seal;
SELECT bool_and(previous = before) AS "each link holds on to the one before"
  FROM (SELECT previous, lag(hash, 1, '') OVER (PARTITION BY box ORDER BY seal) AS before FROM ledger.seal) AS links;
SELECT bool_and(content = ledger.content_of(what, subject, box)) AS "each says what is there, also those of before"
  FROM ledger.seal;

SELECT count(*) = 2 AND bool_and(whats = '{snapshot,books,entry,posting}')
    AS "each box's chain begins with what stood there, in the order in which it came"
  FROM (SELECT box, array_agg(what ORDER BY seal) AS whats FROM ledger.seal GROUP BY box) AS chains;
SELECT bool_and(previous = before) AS "each seal holds on to the one before"
  FROM (SELECT previous, lag(hash, 1, '') OVER (PARTITION BY box ORDER BY seal) AS before FROM ledger.seal) AS links;
SELECT bool_and(content = ledger.content_of(what, subject)) AS "each says what is there" FROM ledger.seal;

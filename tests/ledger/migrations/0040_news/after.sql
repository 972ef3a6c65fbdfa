SELECT count(*) = 1 AS "who was told of a look stays told"
  FROM ledger.news JOIN ledger.look ON look_id = subject
 WHERE kind = 'look' AND company = 'itb' AND size = 1 AND settled_at = '2026-11-21';
SELECT count(*) = 1 AS "who is still to be told of a look stays so"
  FROM ledger.news JOIN ledger.look ON look_id = subject
 WHERE kind = 'look' AND company = 'itb' AND size = 2 AND settled_at IS NULL;
SELECT count(*) = 2 AS "there is nothing else to be told" FROM ledger.news;

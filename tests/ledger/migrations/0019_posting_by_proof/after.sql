SELECT count(*) = 3 AND bool_and(takes_back IS NOT DISTINCT FROM reverses)
    AS "each attempt knows the entry that it takes back" FROM erp.attempt JOIN ledger.entry USING (entry_id);
SELECT count(*) FILTER (WHERE standing = 'standing') = 2 AS "a refused reversal takes nothing back" FROM ledger.chain
 WHERE reverses IS NULL;

-- Two requests that were given up, and whose documents were found and taken for posted: one within the last day, one before.
UPDATE erp.attempt SET state = 'withdrawn', outcome = '"it was posted anew"';
INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until)
SELECT entry_id, tenant, entry_date, lot, '002', 'w', now(), now() FROM ledger.entry;
UPDATE erp.attempt SET state = 'doomed', outcome = '"no answer"',
       decided_at = CASE WHEN lot = right('t_a', 6) THEN erp.clock() - interval '1 hour' ELSE '2026-11-22' END
 WHERE sublot = '002';
UPDATE erp.attempt SET state = 'confirmed', document = '000001', outcome = '"found by reading the ERP back"'
 WHERE sublot = '002';

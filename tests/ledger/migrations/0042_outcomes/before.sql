-- A posting that was withdrawn, and one that was given up for reasons with quotes and braces that mean nothing.
UPDATE erp.attempt SET state = 'withdrawn', outcome = 'deleted: newer books of the day replace it', decided_at = '2026-11-22'
 WHERE lot = right('t_a', 6);
INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until)
SELECT entry_id, tenant, entry_date, lot, '002', 'w', '2026-11-22', '2026-11-22' FROM ledger.entry WHERE box = 't_a';
UPDATE erp.attempt SET state = 'doomed', outcome = E'no "answer" {4}, á\\b\t.', decided_at = '2026-11-22' WHERE sublot = '002';

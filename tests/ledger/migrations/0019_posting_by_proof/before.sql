-- A reversal of the one box's entry that was sent and refused.
INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, reverses, tenant, lot, entry_date, currency,
                          total, digest)
SELECT entry_key || '|R', revision_id, box, business_date, part, entry_id, tenant, lot, entry_date, currency, total, 'r'
  FROM ledger.entry WHERE box = 't_a';
INSERT INTO ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount, history)
SELECT entry_id, line, side, account, '', '', '', '{}', total, 'Caja'
  FROM ledger.entry, (VALUES (1, 'C', '1.1'), (2, 'D', '4.1')) AS turned (line, side, account)
 WHERE reverses IS NOT NULL;
INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until, state, decided_at)
SELECT entry_id, tenant, entry_date, lot, '002', 'w', '2026-11-22', '2026-11-22', 'rejected', '2026-11-22'
  FROM ledger.entry WHERE reverses IS NOT NULL;

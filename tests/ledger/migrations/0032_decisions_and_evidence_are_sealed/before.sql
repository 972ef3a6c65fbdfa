UPDATE erp.attempt SET verified_at = '2026-11-22';
INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in)
SELECT box, business_date, revision_id, 'first_day', '"Is it right?"', 'run' FROM ledger.revision;
UPDATE ledger.approval SET decision = 'approved', decided_by = 'ana', decided_at = '2026-11-22' WHERE box = 't_a';
INSERT INTO erp.takeover (site, tenant, lot, through, why, decided_by, decided_at)
VALUES ('http://erp', 'T1', '008964', '2026-11-20', 'it is ours', 'ana', '2026-11-22');
INSERT INTO erp.capability (connection, tenant, name, value, evidence) VALUES ('protheus', 'T1', 'read_back', 'true', 'seen');

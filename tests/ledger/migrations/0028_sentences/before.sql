-- Finished texts, one with braces and quotes that mean nothing.
INSERT INTO landing.claim (snapshot_id, box, claim, what, attested_rows, landed_rows, inner_rule)
SELECT snapshot_id, box, 1, 'office 1, "form" {4}', 2, 2, false FROM landing.taken WHERE box = 't_a';
INSERT INTO staging.quarantined (box, business_date, place, kind, form, reason, message, "row", blocking)
VALUES ('t_a', '2026-11-20', '0/PAGOS/9', 'payment', '1', 'bad_amount', 'the amount is ""', '{}', false);
INSERT INTO staging.problem (box, business_date, problem, mapping, kind, posting, attributes, documents, amount, currency,
                             examples, message, fix, mapping_table)
VALUES ('t_a', '2026-11-20', 1, 'm', 'unmapped', 'payment', '{}', 1, 5, 'USD', '{}', '1 payment', '', '');
INSERT INTO ledger.late_change (box, business_date, what) VALUES ('t_a', '2026-11-20', 'invoice 7 is gone');
INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in)
SELECT box, business_date, revision_id, 'first_day', 'Is it right?', 'a run' FROM ledger.revision WHERE box = 't_a';
INSERT INTO reconciliation.plan_objection (run_id, objection, sentence)
SELECT run_id, 1, 'item 3 was not planned' FROM reconciliation.run WHERE box = 't_a';

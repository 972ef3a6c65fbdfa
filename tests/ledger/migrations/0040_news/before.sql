-- A look that people were told of, and one that they are still to be told of.
INSERT INTO ledger.cash_box (box, version, file, name, company, source, source_site, source_key, erp_connection, erp_site,
                             tenant, lot, currency, timezone, start_date)
VALUES ('t_a', 1, 't_a', 'A', 'itb', 'sga', 's', '1', 'p', 'e', 'T1', '000001', 'USD', 'UTC', '2026-01-01');
INSERT INTO ledger.look (box, business_date, compared_to, size, outcome)
SELECT box, business_date, snapshot_id, size, 'told' FROM landing.taken, unnest(ARRAY[1, 2]) AS size WHERE box = 't_a';
INSERT INTO ledger.look_news (look_id, told_at) SELECT look_id, '2026-11-21' FROM ledger.look WHERE size = 1;
INSERT INTO ledger.look_news (look_id) SELECT look_id FROM ledger.look WHERE size = 2;

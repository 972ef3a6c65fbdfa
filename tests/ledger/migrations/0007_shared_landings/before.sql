-- What was landed was one box's own.
INSERT INTO landing.control_total (snapshot_id, kind, form, rows, net)
SELECT snapshot_id, 'payment', '1', 2, 100 FROM landing.snapshot;

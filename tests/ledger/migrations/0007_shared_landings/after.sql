SELECT count(*) = 2 AND bool_and(box = source_key) AS "each box took the snapshot that it was booked from"
  FROM landing.taken JOIN landing.snapshot USING (snapshot_id, business_date);
SELECT count(*) = 2 AND bool_and(box = source_key AND rows = 2 AND net = 100) AS "each control total is its box's, unchanged"
  FROM landing.control_total JOIN landing.snapshot USING (snapshot_id);

SELECT count(*) = 2 AND bool_and(month = '2026-11-01') AS "what is known of the days before is known by month"
  FROM board.month_evidence;

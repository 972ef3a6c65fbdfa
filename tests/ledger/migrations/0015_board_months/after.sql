SELECT count(*) = 2 AND bool_and(month = '2026-11-01' AND booked[20] = 100)
    AS "the days before count in their months" FROM board.box_month;

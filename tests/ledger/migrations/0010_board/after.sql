SELECT count(*) = 2 AND bool_and(documents = 2 AND quarantined = 0 AND booked = 100 AND revision = 1)
    AS "the board counts what was staged and booked before it" FROM board.box_day;
SELECT count(*) = 2 AND bool_and(kind = 'payment' AND form = '1' AND documents = 2 AND net = 100)
    AS "and knows its money by form" FROM board.form_day;

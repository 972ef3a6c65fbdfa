SELECT count(*) = 3 AND bool_and(CASE source WHEN 'sga' THEN key = box ELSE box = 't_b' AND key IS NULL END)
    AS "from where each box was booked is known, its key only where it was landed by it" FROM ledger.earlier_box;
SELECT bool_and(first_day = last_day) AND array_agg(DISTINCT first_day) = '{2026-11-20,2026-11-21}'
    AS "and for which days" FROM ledger.earlier_box;
SELECT count(*) = 2 AND bool_and(currency = 'USD') AS "a booked day has the currency of its entries"
  FROM board.box_day WHERE booked IS NOT NULL AND business_date = '2026-11-20';
SELECT count(*) = 2 AND bool_and(currency = 'USD' AND documents = 2 AND net = 100)
    AS "and so has its money by form" FROM board.form_day;

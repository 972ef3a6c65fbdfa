-- name: box_days
SELECT box, business_date, day.state, day.revision, day.documents, day.quarantined, journal_total, money_by_form,
       erp_documents, uncertain, day.watched_until, coalesce(kept.currency, '') AS currency, day.why
  FROM ledger.box_day AS day LEFT JOIN board.box_day AS kept USING (box, business_date)
 WHERE business_date = :business_date ORDER BY box;

-- name: money_by_form
-- What is staged of a date by box, form of payment and currency; only what has a form.
SELECT box, form, currency, sum(net) AS net FROM board.form_day
 WHERE business_date = :business_date AND form <> '' GROUP BY box, form, currency ORDER BY box, form, currency;

-- name: takings
-- What is staged of a date by all that decides whether it is money at the till.
SELECT box, kind, attributes ->> 'sale_type' AS sale_type, attributes ->> 'returned' AS returned, currency,
       sum(net) AS net
  FROM staging.document WHERE business_date = :business_date GROUP BY 1, 2, 3, 4, 5;

-- name: posted
-- How far each document is known that stands for the day at its box's present site of the ERP.
SELECT box, attempt.decided_at AS acknowledged_at, attempt.verified_at AS read_at
  FROM ledger.entry JOIN erp.attempt USING (entry_id) LEFT JOIN ledger.cash_box_now AS here USING (box)
 WHERE business_date = :business_date AND state = 'confirmed' AND (attempt.site = here.erp_site) IS NOT FALSE;

-- name: posted_since$
SELECT count(*)::int FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE state = 'confirmed' AND decided_at >= :since AND business_date = :business_date;

-- name: closed_days
-- A day that changed since, or that another site of the ERP holds, is not closed; a watched one is.
SELECT box, business_date FROM board.box_day
 WHERE business_date >= :since AND state IN ('closed', 'watched', 'no activity');

-- name: consolidated
SELECT kind, "left", "right", sum(left_rows)::int AS left_rows, sum(right_rows)::int AS right_rows,
       sum(left_net) AS left_net, sum(right_net) AS right_net
  FROM (SELECT DISTINCT ON (box) run_id FROM reconciliation.run
         WHERE business_date = :business_date AND box = ANY(:boxes) ORDER BY box, run_id DESC) AS latest
  JOIN reconciliation.comparison USING (run_id)
 WHERE kind IN ('all', 'entries')
 GROUP BY kind, "left", "right" ORDER BY min(comparison);

-- name: told
SELECT box, business_date FROM ledger.told WHERE what = :what AND business_date >= :since;

-- name: note_told!
INSERT INTO ledger.told (box, business_date, what) VALUES (:box, :business_date, :what) ON CONFLICT DO NOTHING;

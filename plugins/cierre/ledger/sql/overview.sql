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

-- name: late_days
-- What is known of days of boxes that are not closed: how they stand, whether their newest books wait for an answer, and
-- for what vendor a step waits, or gave up to wait.
SELECT box, business_date, coalesce(state, 'not read') AS state,
       EXISTS (SELECT FROM ledger.approval AS own
                WHERE (own.box, own.business_date) = (known.box, known.business_date) AND decision IS NULL
                  AND revision_id = (SELECT max(revision_id) FROM ledger.revision AS newest
                                      WHERE (newest.box, newest.business_date) = (known.box, known.business_date))
                  AND NOT EXISTS (SELECT FROM ledger.approval AS later
                                   WHERE later.revision_id = own.revision_id AND later.reason = own.reason
                                     AND later.decision = 'approved')) AS asks,
       waits.vendor, waits.again_at IS NOT NULL AS goes_on
  FROM (SELECT box, business_date FROM board.box_day UNION SELECT box, business_date FROM ledger.waiting) AS known
  LEFT JOIN board.box_day USING (box, business_date)
  LEFT JOIN LATERAL (SELECT vendor, again_at FROM ledger.waiting
                      WHERE (waiting.box, waiting.business_date) = (known.box, known.business_date)
                        -- A run that a person ended left its row behind.
                        AND coalesce(again_at, until) > clock_timestamp() - interval '1 day'
                      ORDER BY again_at DESC NULLS LAST LIMIT 1) AS waits ON true
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
   AND coalesce(state, '') NOT IN ('closed', 'watched', 'no activity');

-- name: consolidated
-- What differs by form, or in one box alone, differs: sums hide what cancels out. The sum of a day with money of several
-- currencies has its currency as form; that of a day with one is in the boxes' currency.
SELECT kind, coalesce(nullif(form, ''), :currency) AS currency, "left", "right",
       sum(left_rows)::int AS left_rows, sum(right_rows)::int AS right_rows,
       sum(left_net) AS left_net, sum(right_net) AS right_net, bool_and(stages_agree) AS each_agrees
  FROM (SELECT comparison.*, bool_and(agrees) OVER (PARTITION BY "left", "right") AS stages_agree
          FROM (SELECT DISTINCT ON (box) run_id FROM reconciliation.run
                 WHERE business_date = :business_date AND box = ANY(:boxes) ORDER BY box, run_id DESC) AS latest
          JOIN reconciliation.comparison USING (run_id)) AS compared
 WHERE kind IN ('all', 'entries')
 GROUP BY kind, coalesce(nullif(form, ''), :currency), "left", "right" ORDER BY min(comparison);

-- name: told
SELECT box, business_date FROM ledger.told WHERE what = :what AND business_date >= :since;

-- name: note_told!
INSERT INTO ledger.told (box, business_date, what) VALUES (:box, :business_date, :what) ON CONFLICT DO NOTHING;

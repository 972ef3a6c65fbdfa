-- name: add_run$
INSERT INTO reconciliation.run (box, business_date, revision_id, state, signature)
VALUES (:box, :business_date, :revision_id, :state, :signature) RETURNING run_id;

-- name: last_run^
SELECT run_id, revision_id, state FROM reconciliation.run
 WHERE box = :box AND business_date = :business_date ORDER BY run_id DESC LIMIT 1;

-- name: comparisons_of
SELECT kind, form, "left", "right", left_rows, right_rows, left_net, right_net
  FROM reconciliation.comparison WHERE run_id = :run_id ORDER BY comparison;

-- name: differences_of
SELECT code, entry_id, tenant, entry_date, lot, sublot, document, line, side, account, amount, booked_line, booked_side,
       booked_account, booked_amount, booked_currency, balance_type, currency, size
  FROM reconciliation.line_difference WHERE run_id = :run_id ORDER BY difference;

-- name: settlements
-- The reports of a company, newest days first.
SELECT settlement_id, format, acquirer, currency, first_day, last_day, declared, sha256, taken_by, taken_at
  FROM landing.settlement WHERE company = :company ORDER BY last_day DESC, settlement_id DESC;

-- name: add_settlement<!
INSERT INTO landing.settlement (company, format, acquirer, currency, first_day, last_day, declared, sha256, file, taken_by)
VALUES (:company, :format, :acquirer, :currency, :first_day, :last_day, :declared, :sha256, :file, :taken_by)
RETURNING settlement_id;

-- name: rows
-- The rows of those reports of a company that tell of sales since a date: all of each, since a payment is paid whole.
SELECT settlement_id, line, sold, paid, gross, fee, vat, withheld, net, payment, reference, terminal, batch, slip, kind
  FROM landing.settlement_line JOIN landing.settlement USING (settlement_id)
 WHERE company = :company AND last_day >= :since ORDER BY settlement_id, line;

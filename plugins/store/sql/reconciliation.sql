-- name: add_run$
INSERT INTO reconciliation.run (box, business_date, revision_id, state)
VALUES (:box, :business_date, :revision_id, :state) RETURNING run_id;

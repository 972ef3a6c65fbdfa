-- A match whose day was closed again with another amount does not stand, and no person has to notice that first.
ALTER TABLE ledger.match_undone ALTER COLUMN undone_by DROP NOT NULL;
COMMENT ON TABLE ledger.match_undone IS 'A match that was taken back, and why. What a person took back is matched by nobody but a person from then on.';
COMMENT ON COLUMN ledger.match_undone.undone_by IS 'The Airflow user; null where its day was closed again with another amount.';

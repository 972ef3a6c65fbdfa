ALTER TABLE ledger.approval ADD COLUMN ran_by text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN ledger.approval.ran_by IS 'The Airflow users who had triggered, cleared or backfilled the run when it was answered.';

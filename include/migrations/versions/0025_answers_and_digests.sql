-- Answers that were given and not taken, with who gave them; and the digests that companies are owed.

ALTER TABLE ledger.approval
    DROP CONSTRAINT approval_decision_check,
    ADD CONSTRAINT approval_decision_check CHECK (decision IN ('approved', 'rejected', 'timed out', 'not taken'));
COMMENT ON COLUMN ledger.approval.decision IS 'Not taken: somebody answered, but by then the day had other books, so that the answer decided nothing.';

CREATE TABLE ledger.digest (
    company       text NOT NULL,
    business_date date NOT NULL,
    asked_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    asked_in      text NOT NULL,
    begun_at      timestamptz,
    told_at       timestamptz,
    waits_until   timestamptz,
    PRIMARY KEY (company, business_date)
);
CREATE INDEX ON ledger.digest (company) WHERE told_at IS NULL;
COMMENT ON TABLE ledger.digest IS 'The closed days of a company that its people are told of in a digest.';
COMMENT ON COLUMN ledger.digest.asked_in IS 'The DAG run that asked for it last.';
COMMENT ON COLUMN ledger.digest.begun_at IS 'When a digest of it was last about to be sent; without told_at nobody knows whether it was.';
COMMENT ON COLUMN ledger.digest.told_at IS 'Null while people are still to be told.';
COMMENT ON COLUMN ledger.digest.waits_until IS 'Until when the run of this day can be counted on to tell all days that are owed, once the boxes have come to rest.';

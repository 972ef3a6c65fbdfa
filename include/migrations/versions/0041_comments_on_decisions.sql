-- Of answers from before it is null, which leaves their seals as they are.
ALTER TABLE ledger.approval
    ADD COLUMN comment text,
    ADD CHECK (comment IS NULL OR decided_by IS NOT NULL),
    ADD CHECK (char_length(comment) BETWEEN 1 AND 500);
COMMENT ON COLUMN ledger.approval.comment IS 'What the person who answered said to it, on one line; always there for a rejection since version 0.2.';

CREATE OR REPLACE VIEW people.approval WITH (security_barrier) AS
SELECT * FROM ledger.approval WHERE box IN (SELECT box FROM people.cash_box);

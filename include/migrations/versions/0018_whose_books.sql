-- Whose books they are: what a box's file claims (a source, a lot, a currency) is held against what stands in the ledger.

CREATE FUNCTION erp.may_hold(attempt erp.attempt) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT attempt.state IN ('claimed', 'confirmed')
        OR attempt.state IN ('doomed', 'rejected') AND attempt.reaped_at IS NULL
$$;
COMMENT ON FUNCTION erp.may_hold IS 'Whether the ERP holds the attempt''s document, or may hold it.';

CREATE INDEX ON ledger.entry (box, entry_id);

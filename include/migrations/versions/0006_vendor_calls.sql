-- Calls that a vendor counts: each is recorded before it is made, so that no retry, box or backfill makes it twice.

CREATE TABLE vendor.call (
    call_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service     text NOT NULL,
    company     text NOT NULL,
    connection  text NOT NULL,
    method      text NOT NULL,
    subject     text NOT NULL,
    allowance   text NOT NULL CHECK (allowance IN ('any number', 'once a day', 'once')),
    vendor_day  date NOT NULL,
    claimed_at  timestamptz NOT NULL,
    claimed_by  text NOT NULL,
    override_by text CHECK (override_by <> ''),
    outcome     text CHECK (outcome IN ('answered', 'refused', 'lost', 'not sent')),
    decided_at  timestamptz,
    snapshot_id bigint REFERENCES landing.snapshot,
    CHECK ((outcome IS NULL) = (decided_at IS NULL)),
    CHECK (snapshot_id IS NULL OR outcome = 'answered')
);
-- The vendor counts by company, whichever of our connections asks. What certainly never left us does not count.
CREATE UNIQUE INDEX one_call_a_day ON vendor.call (service, company, method, vendor_day)
    WHERE allowance = 'once a day' AND outcome IS DISTINCT FROM 'not sent';
CREATE UNIQUE INDEX one_call_ever ON vendor.call (service, company, method, subject)
    WHERE allowance = 'once' AND (outcome IS NULL OR outcome IN ('answered', 'lost'));
CREATE INDEX ON vendor.call (service, company, method, subject, call_id DESC) WHERE snapshot_id IS NOT NULL;

COMMENT ON TABLE vendor.call IS 'Calls that a vendor counts, each claimed before it is made.';
COMMENT ON COLUMN vendor.call.service IS 'The vendor''s base address.';
COMMENT ON COLUMN vendor.call.subject IS 'What is asked for: a month, a day, a reference.';
COMMENT ON COLUMN vendor.call.vendor_day IS 'The day it was there when the call was claimed.';
COMMENT ON COLUMN vendor.call.override_by IS 'Who let the call be made in business hours; null where nobody had to.';
COMMENT ON COLUMN vendor.call.outcome IS 'Null while under way, or for good where its process died: such a call counts as made.';
COMMENT ON COLUMN vendor.call.snapshot_id IS 'The answer, where it was kept for others to use.';

-- A call's outcome is final, and what was claimed never changes.
CREATE FUNCTION vendor.refuse_another_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL
       OR (to_jsonb(OLD) - ARRAY['outcome', 'decided_at', 'snapshot_id'])
          <> (to_jsonb(NEW) - ARRAY['outcome', 'decided_at', 'snapshot_id']) THEN
        RAISE EXCEPTION 'call % is decided and cannot change', OLD.call_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER once_decided BEFORE UPDATE ON vendor.call
    FOR EACH ROW EXECUTE FUNCTION vendor.refuse_another_outcome();
CREATE TRIGGER kept BEFORE DELETE ON vendor.call FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

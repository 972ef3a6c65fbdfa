-- What people were asked before a day was posted, and what they decided; and what was told once.

CREATE TABLE ledger.approval (
    approval_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    box           text NOT NULL,
    business_date date NOT NULL,
    revision_id   bigint NOT NULL REFERENCES ledger.revision,
    reason        text NOT NULL,
    asked         text NOT NULL,
    asked_in      text NOT NULL,
    asked_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    decision      text CHECK (decision IN ('approved', 'rejected', 'timed out')),
    decided_at    timestamptz,
    decided_by    text,
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (decision IS NULL OR decision = 'timed out'))
);
CREATE UNIQUE INDEX asked_once_until_decided ON ledger.approval (revision_id, reason, asked_in) WHERE decision IS NULL;
CREATE INDEX ON ledger.approval (asked_in) WHERE decision IS NULL;
COMMENT ON TABLE ledger.approval IS 'Each question to a person before a revision is posted, and the answer.';
COMMENT ON COLUMN ledger.approval.asked_in IS 'The DAG run that asked; an answer to it decides nothing else.';
COMMENT ON COLUMN ledger.approval.reason IS 'Why a person was asked, by its name in the rules (bookkeeping.approvals); asked says it in a sentence.';
COMMENT ON COLUMN ledger.approval.decided_by IS 'The Airflow user who answered; null where nobody did in time.';

CREATE FUNCTION ledger.refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decision IS NOT NULL OR (OLD.box, OLD.business_date, OLD.revision_id, OLD.reason, OLD.asked, OLD.asked_in,
        OLD.asked_at) IS DISTINCT FROM (NEW.box, NEW.business_date, NEW.revision_id, NEW.reason, NEW.asked, NEW.asked_in,
        NEW.asked_at) THEN
        RAISE EXCEPTION 'approval % is on the record and does not change', OLD.approval_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decided_once BEFORE UPDATE ON ledger.approval
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_second_decision();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON ledger.approval
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TABLE ledger.told (
    box           text NOT NULL,
    business_date date NOT NULL,
    what          text NOT NULL,
    told_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (box, business_date, what)
);
COMMENT ON TABLE ledger.told IS 'What people were told of a day, so that they are told once.';

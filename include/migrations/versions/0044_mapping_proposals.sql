-- A change of an account mapping's file: proposed by a person, accepted or refused by another, then written.
CREATE TABLE ledger.mapping_proposal (
    proposal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mapping     text NOT NULL,
    file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    changes     jsonb NOT NULL CHECK (jsonb_typeof(changes) = 'array' AND jsonb_array_length(changes) BETWEEN 1 AND 10),
    question    jsonb,
    what_if     jsonb NOT NULL,
    proposed_by text NOT NULL CHECK (proposed_by <> ''),
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON ledger.mapping_proposal (mapping, proposal_id);
COMMENT ON TABLE ledger.mapping_proposal IS 'A change of an account mapping that a person proposed on the board. It changes no file by itself.';
COMMENT ON COLUMN ledger.mapping_proposal.file_sha256 IS 'SHA-256 of the file that the person had before her.';
COMMENT ON COLUMN ledger.mapping_proposal.changes IS 'The changes as codes and values, in their order (cierre.accounting_files.changes).';
COMMENT ON COLUMN ledger.mapping_proposal.question IS 'The gap that it answers: kind, posting, attributes, table, and what the source calls it; null for a change without one.';
COMMENT ON COLUMN ledger.mapping_proposal.what_if IS 'What the change would have made of the last 90 days, as the person saw it.';

CREATE TABLE ledger.mapping_decision (
    proposal_id bigint PRIMARY KEY REFERENCES ledger.mapping_proposal,
    decision    text NOT NULL CHECK (decision IN ('accepted', 'refused', 'withdrawn')),
    decided_by  text NOT NULL CHECK (decided_by <> ''),
    four_eyes   boolean NOT NULL,
    comment     text CHECK (char_length(comment) BETWEEN 1 AND 500),
    decided_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (decision <> 'refused' OR comment IS NOT NULL)
);
COMMENT ON TABLE ledger.mapping_decision IS 'What a person decided on a proposed change of a mapping; there is one decision at most.';
COMMENT ON COLUMN ledger.mapping_decision.four_eyes IS 'Whether another person than who proposed it had to accept it, by the setting of the companies then.';

CREATE TABLE ledger.mapping_write (
    proposal_id    bigint PRIMARY KEY REFERENCES ledger.mapping_decision,
    how            text NOT NULL CHECK (how IN ('committed', 'written', 'patch')),
    file_sha256    text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    mapping_digest text NOT NULL CHECK (mapping_digest ~ '^[0-9a-f]{64}$'),
    commit         text,
    written_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((how = 'committed') = (commit IS NOT NULL))
);
CREATE INDEX ON ledger.mapping_write (mapping_digest);
COMMENT ON TABLE ledger.mapping_write IS 'What became of an accepted change: the file was written, committed as well, or given as a patch where it may only be read.';
COMMENT ON COLUMN ledger.mapping_write.file_sha256 IS 'SHA-256 of the file with the change.';
COMMENT ON COLUMN ledger.mapping_write.mapping_digest IS 'Digest of what the mapping says with the change: the days that it booked have it, too (ledger.revision).';
COMMENT ON COLUMN ledger.mapping_write.commit IS 'The id of the commit in the mappings'' git repository.';

CREATE FUNCTION ledger.refuse_unfit_mapping_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    proposer text := (SELECT proposed_by FROM ledger.mapping_proposal WHERE proposal_id = NEW.proposal_id);
BEGIN
    IF NEW.decision = 'accepted' AND NEW.four_eyes AND NEW.decided_by = proposer THEN
        RAISE EXCEPTION 'another person than % must accept the change', proposer USING ERRCODE = 'check_violation';
    ELSIF NEW.decision = 'withdrawn' AND NEW.decided_by <> proposer THEN
        RAISE EXCEPTION 'only % may withdraw the change', proposer USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fit BEFORE INSERT ON ledger.mapping_decision
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_unfit_mapping_decision();

CREATE FUNCTION ledger.refuse_unaccepted_mapping_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger.mapping_decision
                    WHERE proposal_id = NEW.proposal_id AND decision = 'accepted') THEN
        RAISE EXCEPTION 'the change was not accepted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accepted BEFORE INSERT ON ledger.mapping_write
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_unaccepted_mapping_write();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.mapping_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.mapping_decision
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.mapping_write
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Each is a link of the chain of what belongs to no box (cierre.ledger.sealed_rows).
CREATE FUNCTION ledger.said_by_mapping_proposal(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.mapping_proposal AS own WHERE proposal_id = subject
$$;
CREATE FUNCTION ledger.said_by_mapping_decision(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.mapping_decision AS own WHERE proposal_id = subject
$$;
CREATE FUNCTION ledger.said_by_mapping_write(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(own) FROM ledger.mapping_write AS own WHERE proposal_id = subject
$$;
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.mapping_proposal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('mapping proposal', 'proposal_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.mapping_decision
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('mapping decision', 'proposal_id');
CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON ledger.mapping_write
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('mapping write', 'proposal_id');

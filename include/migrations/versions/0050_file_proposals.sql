-- The three tables take changes of companies, periods and boxes, too: no mapping books by those.
ALTER TABLE ledger.mapping_write ALTER COLUMN mapping_digest DROP NOT NULL;
COMMENT ON COLUMN ledger.mapping_write.mapping_digest IS 'Digest of what the mapping says with the change: the days that it booked have it, too (ledger.revision); null where the file is no mapping''s, nor that of a new box.';
COMMENT ON TABLE ledger.mapping_proposal IS 'A change of an account mapping, or of another file of the accountants'', that a person proposed on the board. It changes no file by itself.';
COMMENT ON COLUMN ledger.mapping_proposal.mapping IS 'A mapping''s name, or what no mapping is called: companies.yaml, periods.yaml, cash_boxes/ with a box''s file.';

-- Nobody is made the only one who may approve a box by a change of her own, or by one that she accepts.
CREATE FUNCTION ledger.refuse_own_approver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(NEW.changes) AS change
                WHERE change ->> 'code' = 'box_setting' AND change ->> 'field' = 'by'
                  AND jsonb_typeof(change -> 'to') = 'array' AND (change -> 'to') - NEW.proposed_by = '[]') THEN
        RAISE EXCEPTION '% would be the only one to approve', NEW.proposed_by USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER own_approver BEFORE INSERT ON ledger.mapping_proposal
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_own_approver();

-- What says which people must agree (a box's approvals, a company's four eyes) takes two people, whatever the file says.
CREATE OR REPLACE FUNCTION ledger.refuse_unfit_mapping_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    proposal ledger.mapping_proposal := (SELECT own FROM ledger.mapping_proposal AS own
                                          WHERE proposal_id = NEW.proposal_id);
    of_two   boolean := EXISTS (
        SELECT FROM jsonb_array_elements(proposal.changes) AS change
         WHERE (change ->> 'code' = 'company_setting' AND change ->> 'field' = 'four_eyes_on_mappings')
            OR (change ->> 'code' = 'box_setting' AND coalesce(change ->> 'field', '') NOT IN ('name', 'closing_hour', 'locks_on_day')));
BEGIN
    IF NEW.decision = 'accepted' AND (NEW.four_eyes OR of_two) AND NEW.decided_by = proposal.proposed_by THEN
        RAISE EXCEPTION 'another person than % must accept the change', proposal.proposed_by
            USING ERRCODE = 'check_violation';
    ELSIF NEW.decision = 'withdrawn' AND NEW.decided_by <> proposal.proposed_by THEN
        RAISE EXCEPTION 'only % may withdraw the change', proposal.proposed_by USING ERRCODE = 'check_violation';
    ELSIF NEW.decision = 'accepted' AND EXISTS (
        SELECT FROM jsonb_array_elements(proposal.changes) AS change
         WHERE change ->> 'code' = 'box_setting' AND change ->> 'field' = 'by'
           AND jsonb_typeof(change -> 'to') = 'array' AND (change -> 'to') - NEW.decided_by = '[]') THEN
        RAISE EXCEPTION '% would be the only one to approve', NEW.decided_by USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- A confirmed document can be withdrawn: deleted from the ERP because newer books replace it, where the box's policy
-- says so and the period is open. It is the only step that a confirmed attempt can take.

ALTER TABLE erp.attempt DROP CONSTRAINT attempt_state_check, DROP CONSTRAINT attempt_check1;
ALTER TABLE erp.attempt
    ADD CONSTRAINT attempt_state_check CHECK (state IN ('claimed', 'confirmed', 'rejected', 'doomed', 'withdrawn')),
    ADD CONSTRAINT attempt_document_check CHECK ((state IN ('confirmed', 'withdrawn')) = (document IS NOT NULL));

CREATE OR REPLACE FUNCTION erp.refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state <> 'claimed' AND NEW.state <> OLD.state AND (OLD.state, NEW.state) <> ('confirmed', 'withdrawn'))
       OR (OLD.entry_id, OLD.tenant, OLD.entry_date, OLD.lot, OLD.sublot)
          IS DISTINCT FROM (NEW.entry_id, NEW.tenant, NEW.entry_date, NEW.lot, NEW.sublot) THEN
        RAISE EXCEPTION 'attempt % is % and cannot become %', OLD.attempt_id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- original → reversal → replacement: every entry a day ever had, in order, with where it stands and what took it back.
CREATE VIEW ledger.chain AS
SELECT entry.box, entry.business_date, revision.revision, entry.part, entry.entry_key, entry.entry_date, entry.total,
       entry.currency, attempt.state, attempt.lot, attempt.sublot, attempt.document, attempt.decided_at,
       original.entry_key AS reverses,
       CASE WHEN entry.reverses IS NOT NULL THEN 'reversal'
            WHEN attempt.state = 'withdrawn' THEN 'withdrawn'
            WHEN reversing.state = 'confirmed' THEN 'reversed'
            WHEN attempt.state = 'confirmed' THEN 'standing'
            ELSE 'never stood' END AS standing
  FROM ledger.entry
  JOIN ledger.revision USING (revision_id)
  LEFT JOIN erp.attempt ON attempt.entry_id = entry.entry_id AND attempt.state IN ('confirmed', 'withdrawn')
  LEFT JOIN ledger.entry AS original ON original.entry_id = entry.reverses
  LEFT JOIN ledger.entry AS reversal ON reversal.reverses = entry.entry_id
  LEFT JOIN erp.attempt AS reversing ON reversing.entry_id = reversal.entry_id AND reversing.state = 'confirmed'
 ORDER BY entry.box, entry.business_date, revision.revision, entry.reverses NULLS LAST, entry.part;
COMMENT ON VIEW ledger.chain IS 'A day''s history in the ERP: each entry, where it stands, what took it back.';

-- Attempts whose outcome is not known, with how long that has been so.
CREATE VIEW erp.uncertain AS
SELECT entry.box, entry.business_date, entry.entry_key, entry.total, entry.currency, attempt.tenant, attempt.entry_date,
       attempt.lot, attempt.sublot, attempt.state, attempt.claimed_at, attempt.outcome
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE attempt.state = 'claimed' OR attempt.state IN ('doomed', 'rejected') AND attempt.reaped_at IS NULL
 ORDER BY attempt.claimed_at;
COMMENT ON VIEW erp.uncertain IS 'Postings whose outcome is not known yet; their days are not closed.';

-- Outcomes of posting attempts are sentences with their values (bookkeeping.sentence), as other facts are since 0028. A
-- finished text of before becomes a JSON string: what was sealed of it stays the same, and it is shown as it is, or in the
-- reader's language where it has no values.

-- Views that show the column, or all columns of its table, cannot stand while its type changes; they come back as they were.
DROP VIEW people.uncertain, people.chain;
DROP VIEW erp.uncertain, ledger.chain;

ALTER TABLE erp.attempt ALTER COLUMN outcome TYPE jsonb USING to_jsonb(outcome);
COMMENT ON COLUMN erp.attempt.outcome IS 'What became of it, or why it was given up, deleted or refused: a sentence with its values.';

CREATE VIEW ledger.chain AS
SELECT entry.box, entry.business_date, revision.revision, entry.part, entry.entry_key, entry.entry_date, entry.total,
       entry.currency, attempt.state, attempt.lot, attempt.sublot, attempt.document, attempt.decided_at,
       original.entry_key AS reverses,
       CASE WHEN entry.reverses IS NOT NULL THEN CASE WHEN attempt.state = 'confirmed' OR NOT later.dated THEN 'reversal'
                                                      ELSE 'never stood' END
            WHEN attempt.state = 'withdrawn' THEN 'withdrawn'
            WHEN taken_back.confirmed THEN 'reversed'
            WHEN attempt.state = 'confirmed' THEN 'standing'
            ELSE 'never stood' END AS standing,
       coalesce(original.entry_date, entry.business_date) AS meant_date,
       coalesce(attempt.site, entry.site) AS site
  FROM ledger.entry
  JOIN ledger.revision USING (revision_id)
  LEFT JOIN LATERAL (
      SELECT state, lot, sublot, document, decided_at, site FROM erp.attempt AS own
       WHERE own.entry_id = entry.entry_id AND own.state IN ('confirmed', 'withdrawn')
       ORDER BY own.state, own.attempt_id DESC LIMIT 1) AS attempt ON true
  LEFT JOIN ledger.entry AS original ON original.entry_id = entry.reverses
 CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM erp.attempt AS reversing
                      WHERE reversing.takes_back = entry.entry_id AND reversing.state = 'confirmed') AS confirmed) AS taken_back
 CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM ledger.entry AS other
                      WHERE other.reverses = entry.reverses AND other.entry_id > entry.entry_id) AS dated) AS later
 ORDER BY entry.box, entry.business_date, revision.revision, entry.reverses NULLS LAST, entry.part, entry.entry_id;
COMMENT ON VIEW ledger.chain IS 'A day''s history in the ERP: each entry, where it stands, what took it back.';
COMMENT ON COLUMN ledger.chain.meant_date IS 'The date that it belongs to: the business date, or that of the entry it takes back. Another entry_date is the first open one of its time.';

CREATE VIEW erp.uncertain AS
SELECT entry.box, entry.business_date, entry.entry_key, entry.total, entry.currency, attempt.tenant, attempt.entry_date,
       attempt.lot, attempt.sublot, attempt.state, attempt.claimed_at, attempt.outcome, attempt.site
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE attempt.state = 'claimed' OR attempt.state IN ('doomed', 'rejected') AND attempt.reaped_at IS NULL
 ORDER BY attempt.claimed_at;
COMMENT ON VIEW erp.uncertain IS 'Postings whose outcome is not known yet; their days are not closed.';
COMMENT ON COLUMN erp.uncertain.outcome IS 'Why it is not known: a sentence with its values (ledger.in_english tells it).';
COMMENT ON COLUMN erp.uncertain.site IS 'The ERP''s site; what was sent to another one than the box''s present waits there.';

CREATE VIEW people.chain WITH (security_barrier) AS
SELECT * FROM ledger.chain WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.chain IS 'ledger.chain of your companies.';

CREATE VIEW people.uncertain WITH (security_barrier) AS
SELECT * FROM erp.uncertain WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.uncertain IS 'erp.uncertain of your companies.';

CREATE OR REPLACE FUNCTION erp.refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state <> 'claimed' AND NEW.state <> OLD.state
        AND (OLD.state, NEW.state) NOT IN (('confirmed', 'withdrawn'), ('doomed', 'confirmed'), ('rejected', 'confirmed')))
       OR (OLD.entry_id, OLD.tenant, OLD.entry_date, OLD.lot, OLD.sublot)
          IS DISTINCT FROM (NEW.entry_id, NEW.tenant, NEW.entry_date, NEW.lot, NEW.sublot)
       OR OLD.site IS NOT NULL AND NEW.site IS DISTINCT FROM OLD.site THEN
        RAISE EXCEPTION 'attempt % is % and cannot become %', OLD.attempt_id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'confirmed' AND NEW.state = 'confirmed'
       AND ledger.in_english(NEW.outcome) IS DISTINCT FROM
           (CASE OLD.state WHEN 'claimed' THEN 'acknowledged' ELSE 'found by reading the ERP back' END) THEN
        RAISE EXCEPTION 'attempt % is % and is not confirmed by: %', OLD.attempt_id, OLD.state,
            ledger.in_english(NEW.outcome) USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.document IS NOT NULL AND NEW.document IS DISTINCT FROM OLD.document
       OR NEW.state <> 'confirmed' AND OLD.reaped_at > coalesce(NEW.reaped_at, '-infinity')
       OR NEW.reaps < OLD.reaps OR NEW.removed < OLD.removed THEN
        RAISE EXCEPTION 'attempt % is on the record: its document, and when its address was empty, do not change',
            OLD.attempt_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

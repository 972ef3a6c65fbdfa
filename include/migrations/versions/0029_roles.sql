-- Who closes days does not own the ledger: the rights of each role are given after every upgrade (cierre.ledger.privileges).
-- Here stands what rights on columns cannot say.

-- What triggers keep (the board's summaries, the seals) nobody writes by hand: they run as the owner.
ALTER FUNCTION board.note_staged() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION board.note_standing() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION board.note_attempt() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION board.note_evidence() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION board.note_box() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION board.note_stopped() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION ledger.seal_it() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

-- The audit needs the hash of a landed text, and not the text.
ALTER FUNCTION ledger.content_of(text, bigint) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

-- An attempt is born claimed. One that is born given up only empties an address of a lot that a person took over.
CREATE FUNCTION erp.refuse_born_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'doomed' OR NOT EXISTS (
        SELECT FROM erp.takeover
         WHERE NEW.worker = concat('takeover ', takeover_id) AND site = coalesce(NEW.site, '')
           AND tenant = NEW.tenant AND lot = NEW.lot AND NEW.entry_date <= through) THEN
        RAISE EXCEPTION 'an attempt at %/% on % cannot be made as %', NEW.lot, NEW.sublot, NEW.entry_date, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER born_claimed BEFORE INSERT ON erp.attempt FOR EACH ROW WHEN (NEW.state <> 'claimed')
    EXECUTE FUNCTION erp.refuse_born_decided();

-- It is confirmed with the number that the ERP acknowledged, or that was read back there; that number stays. An address that
-- was found empty was so at that time: the time only goes on, unless the document is found there after all.
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
       AND NEW.outcome IS DISTINCT FROM
           (CASE OLD.state WHEN 'claimed' THEN 'acknowledged' ELSE 'found by reading the ERP back' END) THEN
        RAISE EXCEPTION 'attempt % is % and is not confirmed by: %', OLD.attempt_id, OLD.state, NEW.outcome
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.document IS NOT NULL AND NEW.document IS DISTINCT FROM OLD.document
       OR NEW.state <> 'confirmed' AND OLD.reaped_at > coalesce(NEW.reaped_at, '-infinity')
       OR NEW.reaps < OLD.reaps OR NEW.removed < OLD.removed THEN
        RAISE EXCEPTION 'attempt % is on the record: its document, and when its address was empty, do not change',
            OLD.attempt_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- People with a login of their own see their companies' days, and nothing of the tables. A view that is a barrier cannot be
-- looked behind by a function in a query; row security of the tables themselves would refuse COPY to the application.
CREATE SCHEMA people;

CREATE TABLE people.company (
    person  text NOT NULL,
    company text NOT NULL,
    PRIMARY KEY (person, company)
);
COMMENT ON TABLE people.company IS 'Which companies a person sees here: the login in PostgreSQL, the company''s id in companies.yaml.';

CREATE VIEW people.cash_box WITH (security_barrier) AS
SELECT * FROM ledger.cash_box_now
 WHERE company IN (SELECT company FROM people.company WHERE person = current_user);
COMMENT ON VIEW people.cash_box IS 'The boxes of the companies that you see.';

CREATE VIEW people.box_day WITH (security_barrier) AS
SELECT * FROM ledger.box_day WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.box_day IS 'ledger.box_day of your companies.';

CREATE VIEW people.drill_down WITH (security_barrier) AS
SELECT * FROM ledger.drill_down WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.drill_down IS 'ledger.drill_down of your companies.';

CREATE VIEW people.chain WITH (security_barrier) AS
SELECT * FROM ledger.chain WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.chain IS 'ledger.chain of your companies.';

CREATE VIEW people.uncertain WITH (security_barrier) AS
SELECT * FROM erp.uncertain WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.uncertain IS 'erp.uncertain of your companies.';

CREATE VIEW people.certificate WITH (security_barrier) AS
SELECT * FROM landing.certificate WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.certificate IS 'landing.certificate of your companies.';

CREATE VIEW people.approval WITH (security_barrier) AS
SELECT * FROM ledger.approval WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.approval IS 'ledger.approval of your companies.';

CREATE VIEW people.comparison WITH (security_barrier) AS
SELECT box, business_date, state, reconciled_at, comparison.*
  FROM reconciliation.run JOIN reconciliation.comparison USING (run_id)
 WHERE box IN (SELECT box FROM people.cash_box);
COMMENT ON VIEW people.comparison IS 'reconciliation.comparison of your companies, with the day and time of each.';

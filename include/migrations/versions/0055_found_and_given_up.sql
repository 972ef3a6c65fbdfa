-- An attempt is born claimed. One that is born given up empties an address of a lot that a person took over; or names a
-- document that was read there, is this ledger's by its key, and is of no books that it has.
CREATE OR REPLACE FUNCTION erp.refuse_born_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'doomed' AND (NEW.worker = 'look' AND NEW.answered <> '' OR EXISTS (
        SELECT FROM erp.takeover
         WHERE NEW.worker = concat('takeover ', takeover_id) AND site = coalesce(NEW.site, '')
           AND tenant = NEW.tenant AND lot = NEW.lot AND NEW.entry_date <= through)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an attempt at %/% on % cannot be made as %', NEW.lot, NEW.sublot, NEW.entry_date, NEW.state
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Where books are posted, what may be deleted there, and dates that are looked at again.
--
-- Columns added to tables that stand in seals are null in their older rows, so that every seal stays true.

ALTER TABLE ledger.revision
    ADD COLUMN to_site text,
    ADD COLUMN to_tenant text,
    ADD COLUMN to_lot char(6),
    ADD COLUMN redates bigint REFERENCES ledger.revision;
COMMENT ON COLUMN ledger.revision.to_site IS 'The ERP''s site that these books are meant for; null where they were frozen before sites were kept.';
COMMENT ON COLUMN ledger.revision.to_tenant IS 'The tenant whose books they enter; null in older rows, whose entries say it.';
COMMENT ON COLUMN ledger.revision.to_lot IS 'The lot that they are posted to; null in older rows, whose entries say it.';
COMMENT ON COLUMN ledger.revision.redates IS 'The revision of the same books that these give another date to, or another site; null where the books are other ones.';

ALTER TABLE erp.attempt
    ADD COLUMN answered text,
    ADD COLUMN takes_back bigint REFERENCES ledger.entry,
    ADD COLUMN deleting_since timestamptz;
COMMENT ON COLUMN erp.attempt.answered IS 'The number that the ERP answered to a request that was given up all the same: that document is this attempt''s own. Null without an answer; empty where nothing was sent.';
COMMENT ON COLUMN erp.attempt.takes_back IS 'The entry that its entry takes back, copied from there; null for a booking.';
COMMENT ON COLUMN erp.attempt.deleting_since IS 'Since when a confirmed document is being deleted, for the reason that outcome says; it counts as standing no more.';

-- What stands there already is not booked anew: neither the board nor the seals need to look.
ALTER TABLE erp.attempt DISABLE TRIGGER board;
UPDATE erp.attempt SET takes_back = entry.reverses
  FROM ledger.entry WHERE entry.entry_id = attempt.entry_id AND entry.reverses IS NOT NULL;
ALTER TABLE erp.attempt ENABLE TRIGGER board;

-- An address belongs to a site: another site has another lot 008964.
ALTER TABLE erp.attempt DROP CONSTRAINT attempt_tenant_entry_date_lot_sublot_key;
CREATE UNIQUE INDEX an_address_is_used_once ON erp.attempt (coalesce(site, ''), tenant, entry_date, lot, sublot);
CREATE INDEX ON erp.attempt (tenant, lot, state);

-- A reversal that is not in the ERP yet is dated anew as the periods close, each date an entry of its own. One of them
-- at most may be on its way or stand.
DROP INDEX ledger.an_entry_is_reversed_once;
CREATE UNIQUE INDEX an_entry_is_reversed_once_a_date ON ledger.entry (reverses, entry_date) WHERE reverses IS NOT NULL;
CREATE UNIQUE INDEX one_live_reversal_an_entry ON erp.attempt (takes_back)
    WHERE takes_back IS NOT NULL AND state IN ('claimed', 'confirmed');

-- One that was given up and is read back from a closed period, where it can no longer be deleted, is confirmed after all.
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
    RETURN NEW;
END $$;

-- What may be somebody else's is not deleted: it is noted, and a person decides.
CREATE TABLE erp.doubt (
    doubt_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site       text NOT NULL,
    tenant     text NOT NULL,
    lot        char(6) NOT NULL,
    entry_date date NOT NULL,
    sublot     text NOT NULL,
    document   text NOT NULL,
    attempt_id bigint UNIQUE REFERENCES erp.attempt,
    noted_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON erp.doubt (lot, tenant);
COMMENT ON TABLE erp.doubt IS 'Documents that may be somebody else''s, as posting met them; nothing of them is deleted before a person decides.';
COMMENT ON COLUMN erp.doubt.attempt_id IS 'The attempt whose address it stands at; null where a lot was found in use before anything was posted to it.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erp.doubt
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TABLE erp.takeover (
    takeover_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site        text NOT NULL,
    tenant      text NOT NULL,
    lot         char(6) NOT NULL,
    through     date NOT NULL,
    why         text NOT NULL,
    decided_by  text NOT NULL,
    decided_at  timestamptz NOT NULL
);
CREATE INDEX ON erp.takeover (lot, tenant);
COMMENT ON TABLE erp.takeover IS 'Who said, and why, that what stands in a lot up to a date is this ledger''s own and may be deleted as such.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erp.takeover
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- As before, with the date that an entry was meant for beside the one that was used, and the site.
CREATE OR REPLACE VIEW ledger.chain AS
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
      SELECT * FROM erp.attempt AS own WHERE own.entry_id = entry.entry_id AND own.state IN ('confirmed', 'withdrawn')
       ORDER BY own.state, own.attempt_id DESC LIMIT 1) AS attempt ON true
  LEFT JOIN ledger.entry AS original ON original.entry_id = entry.reverses
 CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM erp.attempt AS reversing
                      WHERE reversing.takes_back = entry.entry_id AND reversing.state = 'confirmed') AS confirmed) AS taken_back
 CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM ledger.entry AS other
                      WHERE other.reverses = entry.reverses AND other.entry_id > entry.entry_id) AS dated) AS later
 ORDER BY entry.box, entry.business_date, revision.revision, entry.reverses NULLS LAST, entry.part, entry.entry_id;
COMMENT ON COLUMN ledger.chain.meant_date IS 'The date that it belongs to: the business date, or that of the entry it takes back. Another entry_date is the first open one of its time.';

CREATE OR REPLACE VIEW erp.uncertain AS
SELECT entry.box, entry.business_date, entry.entry_key, entry.total, entry.currency, attempt.tenant, attempt.entry_date,
       attempt.lot, attempt.sublot, attempt.state, attempt.claimed_at, attempt.outcome, attempt.site
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE attempt.state = 'claimed' OR attempt.state IN ('doomed', 'rejected') AND attempt.reaped_at IS NULL
 ORDER BY attempt.claimed_at;
COMMENT ON COLUMN erp.uncertain.site IS 'The ERP''s site; what was sent to another one than the box''s present waits there.';

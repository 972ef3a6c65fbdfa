-- A landing can serve all boxes of a company. What each box takes from it: what its part sums to, and the certificate.

CREATE TABLE landing.taken (
    box           text NOT NULL,
    business_date date NOT NULL,
    snapshot_id   bigint NOT NULL REFERENCES landing.snapshot,
    taken_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (box, business_date, snapshot_id)
);
COMMENT ON TABLE landing.taken IS 'Which snapshots a box''s day was read from; the newest is the one that counts.';

-- What was landed so far was one box's own each time.
INSERT INTO landing.taken (box, business_date, snapshot_id)
SELECT DISTINCT box, business_date, snapshot_id FROM ledger.revision
 UNION SELECT box, business_date, snapshot_id FROM staging.day;

ALTER TABLE landing.control_total DISABLE TRIGGER append_only;
ALTER TABLE landing.control_total ADD COLUMN box text NOT NULL DEFAULT '';
UPDATE landing.control_total SET box = taken.box FROM landing.taken WHERE taken.snapshot_id = control_total.snapshot_id;
ALTER TABLE landing.control_total ALTER COLUMN box DROP DEFAULT,
    DROP CONSTRAINT control_total_pkey, ADD PRIMARY KEY (snapshot_id, box, kind, form);
ALTER TABLE landing.control_total ENABLE TRIGGER append_only;
COMMENT ON TABLE landing.control_total IS 'What a box''s raw rows sum to by kind and form of payment, summed apart from staging.';

CREATE TABLE landing.claim (
    snapshot_id   bigint NOT NULL REFERENCES landing.snapshot,
    box           text NOT NULL,
    claim         integer NOT NULL,
    what          text NOT NULL,
    inner_rule    boolean NOT NULL,
    attested_rows integer,
    landed_rows   integer,
    attested      numeric(18, 2),
    landed        numeric(18, 2),
    holds         boolean NOT NULL GENERATED ALWAYS AS (
        (attested_rows IS NULL OR attested_rows IS NOT DISTINCT FROM landed_rows)
        AND (attested IS NULL OR attested IS NOT DISTINCT FROM landed)
    ) STORED,
    PRIMARY KEY (snapshot_id, box, claim)
);
COMMENT ON TABLE landing.claim IS 'The completeness certificate: what the source says a box''s day holds, beside what was landed.';
COMMENT ON COLUMN landing.claim.inner_rule IS 'A rule that the rows themselves must keep, where the source attests nothing; the rows that break it are quarantined.';
COMMENT ON COLUMN landing.claim.attested_rows IS 'Null where the source says nothing of it; so are the money''s.';

CREATE VIEW landing.certificate AS
SELECT box, business_date, snapshot_id,
       CASE WHEN NOT coalesce(bool_and(holds) FILTER (WHERE NOT inner_rule), true) THEN 'does not hold'
            WHEN bool_or(attested_rows IS NOT NULL OR attested IS NOT NULL) FILTER (WHERE NOT inner_rule) THEN 'holds'
            ELSE 'unattested'
       END AS state,
       count(*)::int AS claims,
       (count(*) FILTER (WHERE NOT holds))::int AS broken
  FROM landing.taken JOIN landing.claim USING (box, snapshot_id)
 GROUP BY box, business_date, snapshot_id;
COMMENT ON VIEW landing.certificate IS 'Each box''s day and snapshot: does what the source attests hold; unattested where it attests nothing.';

-- Nothing is booked from a snapshot that the source itself contradicts, whoever asks for it.
CREATE FUNCTION ledger.refuse_incomplete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    SELECT string_agg(what, '; ' ORDER BY claim) INTO broken FROM landing.claim
     WHERE snapshot_id = NEW.snapshot_id AND box = NEW.box AND NOT inner_rule AND NOT holds;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'the certificate of %, % does not hold: %', NEW.box, NEW.business_date, broken
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER complete BEFORE INSERT ON ledger.revision FOR EACH ROW EXECUTE FUNCTION ledger.refuse_incomplete();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.taken
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON landing.claim
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- What people read is kept as a sentence with its values, so that it can be said in any language: as JSON, which
-- bookkeeping.sentence writes and reads. A finished text of before becomes a JSON string, and is shown as it is.

ALTER TABLE staging.quarantined ALTER COLUMN message TYPE jsonb USING to_jsonb(message);
ALTER TABLE staging.problem
    ALTER COLUMN message TYPE jsonb USING to_jsonb(message),
    ALTER COLUMN fix TYPE jsonb USING to_jsonb(fix);
ALTER TABLE landing.claim ALTER COLUMN what TYPE jsonb USING to_jsonb(what);
ALTER TABLE reconciliation.plan_objection ALTER COLUMN sentence TYPE jsonb USING to_jsonb(sentence);
ALTER TABLE ledger.late_change ALTER COLUMN what TYPE jsonb USING to_jsonb(what);
ALTER TABLE ledger.approval ALTER COLUMN asked TYPE jsonb USING to_jsonb(asked);

-- For people who query: SELECT ledger.in_english(message) FROM staging.quarantined.
CREATE FUNCTION ledger.in_english(sentence jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    said  text;
    value record;
BEGIN
    IF jsonb_typeof(sentence) <> 'object' THEN
        RETURN sentence #>> '{}';
    ELSIF sentence ? 'amount' THEN
        RETURN sentence ->> 'amount';
    END IF;
    said := CASE WHEN sentence ? 'plural' AND sentence #>> '{values,n}' <> '1'
                 THEN sentence ->> 'plural' ELSE sentence ->> 'text' END;
    FOR value IN SELECT * FROM jsonb_each(sentence -> 'values') LOOP
        said := replace(said, '{' || value.key || '}', ledger.in_english(value.value));
    END LOOP;
    RETURN said;
END $$;
COMMENT ON FUNCTION ledger.in_english IS 'A kept sentence (bookkeeping.sentence) in English.';

COMMENT ON COLUMN staging.quarantined.message IS 'Why the row is not booked: a sentence with its values.';
COMMENT ON COLUMN staging.problem.message IS 'What is wrong: a sentence with its values.';
COMMENT ON COLUMN staging.problem.fix IS 'What to write in the mapping, a sentence with its values; empty where the mapping cannot mend it.';
COMMENT ON COLUMN landing.claim.what IS 'What a figure is of: a sentence with its values.';
COMMENT ON COLUMN reconciliation.plan_objection.sentence IS 'What does not fit: a sentence with its values.';
COMMENT ON COLUMN ledger.late_change.what IS 'What became known: a sentence with its values.';
COMMENT ON COLUMN ledger.approval.asked IS 'What a person was asked: a sentence with its values.';

CREATE OR REPLACE FUNCTION ledger.refuse_incomplete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    SELECT string_agg(ledger.in_english(what), '; ' ORDER BY claim) INTO broken FROM landing.claim
     WHERE snapshot_id = NEW.snapshot_id AND box = NEW.box AND NOT inner_rule AND NOT holds;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'the certificate of %, % does not hold: %', NEW.box, NEW.business_date, broken
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- A document that was read in the ERP and taken for posted, without an answer to its request, may be followed by another
-- copy of that request: its address is looked at as long as those of requests that were given up.

ALTER TABLE erp.attempt
    ADD COLUMN adopted_at timestamptz,
    DROP CONSTRAINT attempt_check2,
    ADD CONSTRAINT attempt_reaped_check
        CHECK (reaped_at IS NULL OR state IN ('rejected', 'doomed') OR adopted_at IS NOT NULL),
    ADD CONSTRAINT attempt_adopted_check CHECK (adopted_at IS NULL OR state IN ('confirmed', 'withdrawn'));
COMMENT ON COLUMN erp.attempt.adopted_at IS 'When its document was found by reading and taken for posted; null where the ERP''s answer said so, or it was not posted.';
COMMENT ON COLUMN erp.attempt.reaped_at IS 'When the address was last found, or made, empty, but for its document where that was adopted; null on a doomed attempt means uncertain.';
CREATE INDEX ON erp.attempt (decided_at) WHERE adopted_at IS NOT NULL;

-- As before where nothing was adopted, so that what was sealed says the same.
CREATE OR REPLACE FUNCTION ledger.said_by_attempt(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb(attempt) - 'verified_at' - CASE WHEN adopted_at IS NULL THEN 'adopted_at' ELSE '' END
      FROM erp.attempt WHERE attempt_id = subject
$$;

CREATE OR REPLACE FUNCTION erp.watched_until(attempt erp.attempt) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT attempt.decided_at + interval '1 day'
     WHERE (attempt.state = 'doomed' OR attempt.adopted_at IS NOT NULL)
       AND coalesce(attempt.reaped_at, '-infinity') < attempt.decided_at + interval '1 day'
$$;

-- Those whose time is not over.
UPDATE erp.attempt SET adopted_at = decided_at
 WHERE ledger.in_english(outcome) = 'found by reading the ERP back' AND decided_at > erp.clock() - interval '1 day';

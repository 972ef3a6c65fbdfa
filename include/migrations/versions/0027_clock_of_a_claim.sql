-- After a restart, or where a standby took over, the server's clock may show another time than the one that dated a
-- claim: then the claim's lease says nothing.
CREATE FUNCTION erp.server_started() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('cierre.server_started', true), '')::timestamptz, pg_postmaster_start_time())
$$;
COMMENT ON FUNCTION erp.server_started IS 'Since when the server runs whose clock erp.clock() shows; no two servers began at the same microsecond.';

ALTER TABLE erp.attempt ADD COLUMN server_started timestamptz;
ALTER TABLE erp.attempt ALTER COLUMN server_started SET DEFAULT erp.server_started();
COMMENT ON COLUMN erp.attempt.server_started IS 'Since when the server had run that dated the claim; null where that was not kept yet.';

-- What the ERP itself says may be booked, and until when.
CREATE TABLE erp.master_reading (
    connection   text NOT NULL,
    tenant       text NOT NULL CHECK (tenant = btrim(tenant)),
    kinds        text[] NOT NULL,
    may_post     boolean,
    knows_tenant boolean NOT NULL,
    hidden       text[] NOT NULL,
    read_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (connection, tenant)
);
COMMENT ON TABLE erp.master_reading IS 'The newest reading of a tenant''s master data in the ERP.';
COMMENT ON COLUMN erp.master_reading.kinds IS 'The kinds of records that it told; of others nothing is known.';
COMMENT ON COLUMN erp.master_reading.may_post IS 'Whether the connection''s login may post; null where the ERP does not tell.';
COMMENT ON COLUMN erp.master_reading.knows_tenant IS 'False where the ERP says that it has no such tenant.';
COMMENT ON COLUMN erp.master_reading.hidden IS 'The fields that the connection''s login may not see, as the ERP calls them.';

CREATE TABLE erp.master_record (
    record_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection text NOT NULL,
    tenant     text NOT NULL CHECK (tenant = btrim(tenant)),
    kind       text NOT NULL CHECK (kind IN ('account', 'cost_centre', 'item', 'value_class', 'currency', 'period')),
    code       text NOT NULL,
    name       text NOT NULL,
    facts      jsonb NOT NULL,
    seen_from  timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_until timestamptz CHECK (seen_until >= seen_from)
);
CREATE UNIQUE INDEX ON erp.master_record (connection, tenant, kind, code) WHERE seen_until IS NULL;
COMMENT ON TABLE erp.master_record IS 'An account, cost centre, item, value class, currency or period as the ERP had it for a while.';
COMMENT ON COLUMN erp.master_record.facts IS 'What of it is not as usual: heading, blocked, first, last, requires, refuses, calendars.';
COMMENT ON COLUMN erp.master_record.seen_from IS 'The first reading that showed it so.';
COMMENT ON COLUMN erp.master_record.seen_until IS 'The first reading that showed it otherwise, or no more; null while it is so.';

CREATE TABLE erp.master_finding (
    finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection text NOT NULL,
    tenant     text NOT NULL CHECK (tenant = btrim(tenant)),
    code       text NOT NULL,
    kind       text NOT NULL,
    subject    text NOT NULL,
    facts      jsonb NOT NULL,
    found_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    gone_at    timestamptz CHECK (gone_at >= found_at)
);
CREATE UNIQUE INDEX ON erp.master_finding (connection, tenant, code, kind, subject) WHERE gone_at IS NULL;
COMMENT ON TABLE erp.master_finding IS 'Where the ERP''s master data differ from the files, or ask for something to be done.';
COMMENT ON COLUMN erp.master_finding.kind IS 'Of which kind of record; empty where it is of the tenant as a whole.';
COMMENT ON COLUMN erp.master_finding.subject IS 'The record''s code.';
COMMENT ON COLUMN erp.master_finding.facts IS 'What else its sentence says, by name.';
COMMENT ON COLUMN erp.master_finding.gone_at IS 'The first reading that did not find it any more.';

-- What was found out about a site of the ERP, and what was read back from it.

CREATE TABLE erp.capability (
    connection text NOT NULL,
    tenant     text NOT NULL CHECK (tenant = btrim(tenant)),
    name       text NOT NULL,
    value      jsonb NOT NULL,
    evidence   text NOT NULL,
    probed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (connection, tenant, name)
);
COMMENT ON TABLE erp.capability IS 'What a probe found out about a site of the ERP, with what it saw. Posting goes by it.';

-- A probe notes each address before it writes there: what a killed probe left is found again, and no address serves twice.
CREATE TABLE erp.probe_address (
    connection text NOT NULL,
    tenant     text NOT NULL,
    entry_date date NOT NULL,
    lot        char(6) NOT NULL,
    sublot     char(3) NOT NULL,
    documents  text[] NOT NULL DEFAULT '{}',
    taken_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    emptied_at timestamptz,
    PRIMARY KEY (connection, tenant, entry_date, lot, sublot)
);
COMMENT ON TABLE erp.probe_address IS 'Addresses that probes used; one without emptied_at may still hold a document of a probe.';

ALTER TABLE erp.attempt ADD COLUMN verified_at timestamptz;
COMMENT ON COLUMN erp.attempt.verified_at IS 'When the document was last read back from the ERP and was the entry, line by line; null where it was not, or could not be.';

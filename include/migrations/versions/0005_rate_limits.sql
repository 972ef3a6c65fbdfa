-- How many requests a vendor allows, among all processes that make them.

CREATE SCHEMA vendor;

-- Worth nothing after a crash, and written several times a second: it need not be logged.
CREATE UNLOGGED TABLE vendor.request_slot (
    connection   text NOT NULL,
    slot         integer NOT NULL CHECK (slot > 0),
    free_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    paused_until timestamptz,
    PRIMARY KEY (connection, slot)
);
COMMENT ON TABLE vendor.request_slot IS 'As many slots as a connection may make requests in a second; each rests for about a second after its request.';
COMMENT ON COLUMN vendor.request_slot.paused_until IS 'Until when the vendor asked for silence (429, Retry-After); null where it never did.';

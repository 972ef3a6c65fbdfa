-- What was planned to be invoiced, what was issued for it, what came in: kept with each reconciliation of a day whose
-- source knows of plans.

CREATE TABLE reconciliation.plan_line (
    run_id      bigint NOT NULL REFERENCES reconciliation.run,
    project     text NOT NULL,
    item        text NOT NULL,
    planned     numeric(18, 2),
    issued      numeric(18, 2) NOT NULL,
    collected   numeric(18, 2) NOT NULL,
    outstanding numeric(18, 2) GENERATED ALWAYS AS (issued - collected) STORED,
    invoices    text[] NOT NULL,
    PRIMARY KEY (run_id, project, item)
);
COMMENT ON TABLE reconciliation.plan_line IS 'A planned item of a research project beside its invoices and what came in for them.';
COMMENT ON COLUMN reconciliation.plan_line.planned IS 'Null where the source does not tell the plan''s amount.';

CREATE TABLE reconciliation.plan_objection (
    run_id    bigint NOT NULL REFERENCES reconciliation.run,
    objection integer NOT NULL,
    sentence  text NOT NULL,
    PRIMARY KEY (run_id, objection)
);
COMMENT ON TABLE reconciliation.plan_objection IS 'What does not fit between plan, invoices and collections, in sentences; it keeps no day from closing.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.plan_line
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.plan_objection
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

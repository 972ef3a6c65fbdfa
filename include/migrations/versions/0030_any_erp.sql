-- Lots, sublots, document numbers and histories are as long as their kind of ERP has them: what they look like is checked
-- where a box's file is read, and what fits where books are derived. The views over them are made again as they were (rights
-- are given after every upgrade).

CREATE TEMPORARY TABLE kept_view ON COMMIT DROP AS
SELECT view.oid AS number, view.oid::regclass::text AS name, pg_get_viewdef(view.oid) AS definition,
       coalesce('WITH (' || array_to_string(reloptions, ', ') || ')', '') AS options, obj_description(view.oid) AS said
  FROM pg_class AS view
 WHERE relkind = 'v' AND relnamespace::regnamespace::text IN ('landing', 'ledger', 'erp', 'reconciliation', 'board', 'people');

CREATE TEMPORARY TABLE kept_comment ON COMMIT DROP AS
SELECT format('%s.%I', name, attname) AS named, col_description(number, attnum) AS said
  FROM kept_view JOIN pg_attribute ON attrelid = number AND attnum > 0
 WHERE col_description(number, attnum) IS NOT NULL;

DO $$
DECLARE
    a record;
BEGIN
    FOR a IN SELECT name FROM kept_view LOOP
        EXECUTE format('DROP VIEW IF EXISTS %s CASCADE', a.name);
    END LOOP;
    FOR a IN SELECT attrelid::regclass AS relation, attname AS name
               FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r'
              WHERE relnamespace::regnamespace::text IN ('ledger', 'erp', 'reconciliation')
                AND attname IN ('lot', 'to_lot', 'sublot', 'document') AND atttypid = 'bpchar'::regtype LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE text', a.relation, a.name);
    END LOOP;
    FOR a IN SELECT * FROM kept_view ORDER BY number LOOP
        EXECUTE format('CREATE VIEW %s %s AS %s', a.name, a.options, a.definition);
        EXECUTE format('COMMENT ON VIEW %s IS %L', a.name, a.said);
    END LOOP;
    FOR a IN SELECT * FROM kept_comment LOOP
        EXECUTE format('COMMENT ON COLUMN %s IS %L', a.named, a.said);
    END LOOP;
END $$;

ALTER TABLE erp.attempt DROP CONSTRAINT attempt_sublot_check, ADD CONSTRAINT attempt_sublot_check CHECK (sublot <> '');
ALTER TABLE ledger.line DROP CONSTRAINT line_history_check, ADD CONSTRAINT line_history_check CHECK (history <> '');

COMMENT ON COLUMN ledger.entry.entry_key IS 'What its lines carry in the ERP, with the ledger''s id.';
COMMENT ON COLUMN erp.attempt.sublot IS 'The attempt''s own part of its address: a sublot, or what an ERP without sublots makes an idempotency key of.';
COMMENT ON COLUMN ledger.drill_down.erp_document IS 'The document''s number at tenant, entry_date, lot and sublot; null where the ERP never confirmed it.';

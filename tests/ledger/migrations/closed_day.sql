-- A closed day of one box in the columns that every version of the ledger has: landed, staged, booked, posted, compared.
-- Two payments of 35.30 and 64.70. Where snapshots are taken by boxes (0007), it is.
DO $$
DECLARE
    the_box      text := %(box)s;
    the_day      date := DATE '2026-11-20';
    the_snapshot bigint;
    the_revision bigint;
    the_entry    bigint;
    the_attempt  bigint;
BEGIN
    INSERT INTO landing.body (sha256, body)
    VALUES (encode(sha256(convert_to(the_box, 'UTF8')), 'hex'), '["' || the_box || '"]');
    INSERT INTO landing.snapshot (source, connection, source_key, business_date, asked, received_at, sha256)
    VALUES ('sga', 'sga_t', the_box, the_day, '{}', '2026-11-21', encode(sha256(convert_to(the_box, 'UTF8')), 'hex'))
    RETURNING snapshot_id INTO the_snapshot;
    IF to_regclass('landing.taken') IS NOT NULL THEN
        INSERT INTO landing.taken (box, business_date, snapshot_id) VALUES (the_box, the_day, the_snapshot);
    END IF;

    INSERT INTO staging.day (box, business_date, snapshot_id) VALUES (the_box, the_day, the_snapshot);
    INSERT INTO staging.document (box, business_date, document_key, kind, form, currency, net, amounts, attributes,
                                  place, reference)
    SELECT the_box, the_day, 'sga:payment:0-' || number, 'payment', '1', 'USD', net,
           jsonb_build_object('net', net::text), '{}', '0/PAGOS/' || number, '001-002-' || number
      FROM (VALUES (1, 35.30), (2, 64.70)) AS paid (number, net);

    INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest)
    VALUES (the_box, the_day, 1, the_snapshot, 'sga_ecuador', 'm', the_box) RETURNING revision_id INTO the_revision;
    INSERT INTO ledger.entry (entry_key, revision_id, box, business_date, part, tenant, lot, entry_date, currency, total,
                              digest)
    VALUES (the_box || '|20261120|1|1', the_revision, the_box, the_day, 1, 'T1,D MG 01 ', right(the_box, 6), the_day,
            'USD', 100, 'd')
    RETURNING entry_id INTO the_entry;
    INSERT INTO ledger.line (entry_id, line, side, account, cost_centre, item, value_class, entities, amount, history)
    VALUES (the_entry, 1, 'D', '1.1', '', '', '', '{}', 100, 'Caja'),
           (the_entry, 2, 'C', '4.1', '', '', '', '{}', 100, 'Caja');
    INSERT INTO ledger.line_source (entry_id, line, document_key, kind, form, component, amount, place)
    SELECT the_entry, line, document_key, kind, form, 'net', net, place
      FROM generate_series(1, 2) AS line, staging.document WHERE box = the_box AND business_date = the_day;

    INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, worker, claimed_at, lease_until)
    SELECT entry_id, tenant, entry_date, lot, '001', 'w', '2026-11-21', '2026-11-21' FROM ledger.entry
     WHERE entry_id = the_entry
    RETURNING attempt_id INTO the_attempt;
    -- A text in some versions, JSON in others.
    UPDATE erp.attempt SET state = 'confirmed', document = '000001', decided_at = '2026-11-21',
           outcome = (jsonb_populate_record(attempt, '{"outcome": "acknowledged"}')).outcome
     WHERE attempt_id = the_attempt;

    INSERT INTO reconciliation.run (box, business_date, revision_id, state)
    VALUES (the_box, the_day, the_revision, 'reconciled');
END $$;

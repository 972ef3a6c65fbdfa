-- Whose books they are: what a box's file claims (a source, a lot, a currency) is held against what stands in the ledger.

CREATE FUNCTION erp.may_hold(attempt erp.attempt) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT attempt.state IN ('claimed', 'confirmed')
        OR attempt.state IN ('doomed', 'rejected') AND attempt.reaped_at IS NULL
$$;
COMMENT ON FUNCTION erp.may_hold IS 'Whether the ERP holds the attempt''s document, or may hold it.';

CREATE INDEX ON ledger.entry (box, entry_id);
CREATE INDEX ON ledger.entry (lot, box);

-- Boxes whose books stand here from before it was kept what each box is: where they were read from. What they are called,
-- and whose they are, nobody wrote down. A box that goes on gets its row in ledger.cash_box with its next landing.
CREATE TABLE ledger.earlier_box (
    box        text NOT NULL,
    source     text NOT NULL,
    connection text NOT NULL,
    key        text,
    first_day  date NOT NULL,
    last_day   date NOT NULL
);
CREATE UNIQUE INDEX ON ledger.earlier_box (box, source, connection, coalesce(key, ''));
COMMENT ON TABLE ledger.earlier_box IS 'From where boxes were booked before ledger.cash_box was kept.';
COMMENT ON COLUMN ledger.earlier_box.key IS 'Null where all of a company is landed together: whose key was whose, nobody wrote down.';
INSERT INTO ledger.earlier_box (box, source, connection, key, first_day, last_day)
SELECT revision.box, source, connection, nullif(source_key, '*'), min(revision.business_date), max(revision.business_date)
  FROM ledger.revision JOIN landing.snapshot USING (snapshot_id)
 GROUP BY revision.box, source, connection, nullif(source_key, '*');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.earlier_box
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Whether a booking is one that counts: in the ERP, or on its way there.
CREATE FUNCTION ledger.stands(booking ledger.entry) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT booking.reverses IS NULL
       AND NOT EXISTS (SELECT FROM ledger.entry AS reversal JOIN erp.attempt USING (entry_id)
                        WHERE reversal.reverses = booking.entry_id AND attempt.state = 'confirmed')
       AND (EXISTS (SELECT FROM erp.attempt WHERE attempt.entry_id = booking.entry_id AND erp.may_hold(attempt))
            OR NOT EXISTS (SELECT FROM erp.attempt
                            WHERE attempt.entry_id = booking.entry_id AND attempt.state = 'withdrawn')
               AND NOT EXISTS (SELECT FROM ledger.revision AS own JOIN ledger.revision AS newer USING (box, business_date)
                                WHERE own.revision_id = booking.revision_id AND newer.revision > own.revision))
$$;
COMMENT ON FUNCTION ledger.stands IS 'Whether a booking stands: the ERP holds or may hold it, or it is of the current books; and nothing took it back.';

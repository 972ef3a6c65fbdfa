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

-- The board's money is in the currency in which it was booked, whatever the box's file says now.
ALTER TABLE board.box_day ADD COLUMN currency char(3);
COMMENT ON COLUMN board.box_day.currency IS 'Of the current revision''s entries; null where the day has none.';
COMMENT ON COLUMN board.box_day.booked IS 'The current revision''s journal total (debit), in the currency in which it was booked.';
ALTER TABLE board.box_month ADD COLUMN currency char(3), ADD COLUMN currencies char(3)[];
COMMENT ON COLUMN board.box_month.currency IS 'In which the month''s days were booked; null where there are none, or several.';
COMMENT ON COLUMN board.box_month.currencies IS 'By day, where the month''s days were booked in several.';

CREATE FUNCTION board.note_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.currency IS NULL OR NEW.revision IS DISTINCT FROM OLD.revision THEN
        SELECT entry.currency INTO NEW.currency FROM ledger.revision JOIN ledger.entry USING (revision_id)
         WHERE revision.box = NEW.box AND revision.business_date = NEW.business_date
           AND revision.revision = NEW.revision AND reverses IS NULL LIMIT 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER its_currency BEFORE INSERT OR UPDATE ON board.box_day FOR EACH ROW EXECUTE FUNCTION board.note_currency();

CREATE FUNCTION board.note_currency_in_month(the_box text, the_month date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO board.box_month (box, month) VALUES (the_box, the_month) ON CONFLICT DO NOTHING;
    UPDATE board.box_month
       SET currency = CASE known.number WHEN 1 THEN known.one END,
           currencies = CASE WHEN known.number > 1 THEN known.by_day END
      FROM (SELECT count(DISTINCT currency) AS number, min(currency) AS one, array_agg(currency ORDER BY number) AS by_day
              FROM generate_series(1, 31) AS day (number)
              LEFT JOIN board.box_day ON box_day.box = the_box AND box_day.business_date = the_month + (number - 1)
                                     AND box_day.business_date < the_month + interval '1 month') AS known
     WHERE box = the_box AND month = the_month
$$;

CREATE FUNCTION board.note_currency_of_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM board.note_currency_in_month(NEW.box, date_trunc('month', NEW.business_date)::date);
    RETURN NULL;
END $$;
-- What stands there already: its currencies, then those of its months. No state of any day is looked at anew.
UPDATE board.box_day SET revision = revision;
SELECT board.note_currency_in_month(box, month) FROM board.box_month;

CREATE TRIGGER a_new_currency AFTER INSERT ON board.box_day FOR EACH ROW WHEN (NEW.currency IS NOT NULL)
    EXECUTE FUNCTION board.note_currency_of_day();
CREATE TRIGGER a_currency AFTER UPDATE ON board.box_day FOR EACH ROW WHEN (OLD.currency IS DISTINCT FROM NEW.currency)
    EXECUTE FUNCTION board.note_currency_of_day();

-- Staged money likewise: by the documents' own currency.
ALTER TABLE board.form_day ADD COLUMN currency char(3);
TRUNCATE board.form_day;
INSERT INTO board.form_day (box, business_date, kind, form, documents, net, currency)
SELECT box, business_date, kind, form, count(*), sum(net), currency FROM staging.document
 GROUP BY box, business_date, kind, form, currency;
ALTER TABLE board.form_day ALTER COLUMN currency SET NOT NULL,
    DROP CONSTRAINT form_day_pkey, ADD PRIMARY KEY (business_date, box, kind, form, currency);
COMMENT ON TABLE board.form_day IS 'The staged money of each box''s day by kind, form of payment and currency, kept up to date by triggers.';

CREATE OR REPLACE FUNCTION board.summarize_staged(the_box text, the_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM board.form_day WHERE box = the_box AND business_date = the_day;
    INSERT INTO board.form_day (box, business_date, kind, form, documents, net, currency)
    SELECT the_box, the_day, kind, form, count(*), sum(net), currency FROM staging.document
     WHERE box = the_box AND business_date = the_day GROUP BY kind, form, currency;
    INSERT INTO board.box_day (box, business_date, documents, quarantined, staged_at)
    SELECT the_box, the_day,
           (SELECT coalesce(sum(documents), 0) FROM board.form_day WHERE box = the_box AND business_date = the_day),
           (SELECT count(*) FROM staging.quarantined WHERE box = the_box AND business_date = the_day),
           (SELECT staged_at FROM staging.day WHERE box = the_box AND business_date = the_day)
        ON CONFLICT (business_date, box) DO UPDATE
       SET documents = excluded.documents, quarantined = excluded.quarantined, staged_at = excluded.staged_at;
    PERFORM board.summarize_standing(the_box, the_day);
END $$;

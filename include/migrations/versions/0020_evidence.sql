-- What reading the ERP back found, line by line, and since when each day's documents are known to stand as posted.

CREATE TABLE reconciliation.line_difference (
    run_id          bigint NOT NULL REFERENCES reconciliation.run,
    difference      integer NOT NULL CHECK (difference > 0),
    code            text NOT NULL CHECK (code IN ('amount', 'account', 'side', 'currency', 'outside', 'key', 'missing',
                                                  'added', 'gone', 'never posted', 'returned')),
    entry_id        bigint REFERENCES ledger.entry,
    tenant          text NOT NULL,
    entry_date      date NOT NULL,
    lot             char(6) NOT NULL,
    sublot          text NOT NULL,
    document        text NOT NULL,
    line            integer,
    side            char(1) CHECK (side IN ('D', 'C')),
    account         text,
    amount          numeric(18, 2),
    booked_line     text,
    booked_side     char(1) CHECK (booked_side IN ('D', 'C')),
    booked_account  text,
    booked_amount   numeric(18, 2),
    booked_currency text,
    balance_type    text NOT NULL DEFAULT '',
    currency        char(3) NOT NULL,
    size            numeric(18, 2) NOT NULL,
    PRIMARY KEY (run_id, difference)
);
COMMENT ON TABLE reconciliation.line_difference IS 'What a reconciliation read in the ERP otherwise than it was posted: a line a row, or a whole document (gone, never posted, returned).';
COMMENT ON COLUMN reconciliation.line_difference.entry_id IS 'The entry that was posted; null for a document that was not.';
COMMENT ON COLUMN reconciliation.line_difference.line IS 'Its number in ledger.line; null for a line that was not posted.';
COMMENT ON COLUMN reconciliation.line_difference.booked_line IS 'Its number in the ERP (CT2_LINHA); null for a line that is not there.';
COMMENT ON COLUMN reconciliation.line_difference.balance_type IS 'The type under which the ERP keeps it outside the balances (9: a pre-entry); empty where it counts.';
COMMENT ON COLUMN reconciliation.line_difference.size IS 'By how much the ERP''s balances are too low; negative: too high.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.line_difference
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- The board's grid: of each day of a month, since when its documents are known to stand as posted.
CREATE TABLE board.month_evidence (
    box       text NOT NULL,
    month     date NOT NULL CHECK (extract(day FROM month) = 1),
    read_back integer[] NOT NULL DEFAULT array_fill(NULL::integer, ARRAY[31]),
    PRIMARY KEY (month, box)
);
COMMENT ON TABLE board.month_evidence IS 'How far the days of board.box_month are read back, kept by triggers.';
COMMENT ON COLUMN board.month_evidence.read_back IS 'A minute (since 1970) a day: the oldest last reading of its documents; -1 where one was never read; null where none stands.';

CREATE FUNCTION board.summarize_evidence(the_box text, the_day date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO board.month_evidence (box, month) VALUES (the_box, date_trunc('month', the_day)) ON CONFLICT DO NOTHING;
    UPDATE board.month_evidence
       SET read_back[extract(day FROM the_day)::int] = (
               SELECT CASE WHEN bool_or(verified_at IS NULL) THEN -1 ELSE floor(extract(epoch FROM min(verified_at)) / 60)::int END
                 FROM ledger.entry JOIN erp.attempt USING (entry_id)
                WHERE entry.box = the_box AND entry.business_date = the_day AND attempt.state = 'confirmed')
     WHERE box = the_box AND month = date_trunc('month', the_day);
$$;

CREATE FUNCTION board.note_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM board.take_turns(box, business_date), board.summarize_evidence(box, business_date)
       FROM ledger.entry WHERE entry_id = NEW.entry_id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evidence AFTER UPDATE ON erp.attempt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.state, OLD.verified_at) IS DISTINCT FROM (NEW.state, NEW.verified_at)) EXECUTE FUNCTION board.note_evidence();

SELECT board.summarize_evidence(box, business_date)
  FROM (SELECT DISTINCT box, business_date FROM ledger.entry JOIN erp.attempt USING (entry_id)
         WHERE attempt.state = 'confirmed') AS posted;

-- Days to read again: the oldest readings first.
CREATE INDEX ON erp.attempt (verified_at) WHERE state = 'confirmed';

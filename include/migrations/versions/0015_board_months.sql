-- A box's month in one row: the board reads a thousand boxes as a thousand rows, where their days would be thirty thousand.

CREATE TABLE board.box_month (
    box    text NOT NULL,
    month  date NOT NULL CHECK (extract(day FROM month) = 1),
    states text NOT NULL DEFAULT repeat('.', 31) CHECK (char_length(states) = 31),
    booked numeric(18, 2)[] NOT NULL DEFAULT array_fill(0::numeric(18, 2), ARRAY[31]),
    PRIMARY KEY (month, box)
);
COMMENT ON TABLE board.box_month IS 'The days of board.box_day, a month in a row, kept by triggers.';
COMMENT ON COLUMN board.box_month.states IS 'A letter a day: closed, no activity, changed (h), discrepancy, uncertain, open; a point where it is not known.';

CREATE FUNCTION board.note_in_month(the_box text, the_day date, state text, amount numeric) RETURNS void LANGUAGE sql AS $$
    INSERT INTO board.box_month (box, month) VALUES (the_box, date_trunc('month', the_day)) ON CONFLICT DO NOTHING;
    UPDATE board.box_month
       SET states = overlay(states PLACING CASE state WHEN 'changed' THEN 'h' ELSE left(state, 1) END
                            FROM extract(day FROM the_day)::int FOR 1),
           booked[extract(day FROM the_day)::int] = amount
     WHERE box = the_box AND month = date_trunc('month', the_day);
$$;

CREATE FUNCTION board.note_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM board.note_in_month(NEW.box, NEW.business_date, NEW.state, NEW.booked);
    RETURN NULL;
END $$;
CREATE TRIGGER a_new_day AFTER INSERT ON board.box_day FOR EACH ROW EXECUTE FUNCTION board.note_day();
CREATE TRIGGER a_day AFTER UPDATE ON board.box_day FOR EACH ROW
    WHEN ((OLD.state, OLD.booked) IS DISTINCT FROM (NEW.state, NEW.booked)) EXECUTE FUNCTION board.note_day();

SELECT board.note_in_month(box, business_date, state, booked) FROM board.box_day;

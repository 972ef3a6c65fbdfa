-- What a source says later of other days is told until a message went out. What was noted before this was told then.
ALTER TABLE ledger.news
    DROP CONSTRAINT news_kind_check,
    ADD CONSTRAINT news_kind_check CHECK (kind IN ('look', 'late change', 'master finding', 'tie-out'));
COMMENT ON COLUMN ledger.news.subject IS 'The number of the look, of the late change, of the finding in the ERP''s master data, or of the tie-out.';
COMMENT ON TABLE ledger.late_change IS 'What became known of a closed day afterwards, or of one that is not closed here, a sentence each; landing the day settles it.';

-- A day that was never landed has no place on the board by it.
CREATE FUNCTION board.note_late_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM landing.taken WHERE box = NEW.box AND business_date = NEW.business_date) THEN
        PERFORM board.take_turns(NEW.box, NEW.business_date);
        PERFORM board.summarize_standing(NEW.box, NEW.business_date);
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER board ON ledger.late_change;
CREATE CONSTRAINT TRIGGER board AFTER INSERT ON ledger.late_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION board.note_late_change();

-- An answer of three megabytes is written in a quarter of the time, and takes a sixteenth more room. What is there already
-- stays as it was compressed. A server that was built without LZ4 goes on as before.
DO $$
BEGIN
    ALTER TABLE landing.body ALTER COLUMN body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- A JSON array holds 256 MB at most, and the million documents of a large day's entry are more. What is behind the lines of
-- an entry of more than 200,000 shares is sealed by the SHA-256 of each share's own; smaller ones are sealed as ever.

CREATE FUNCTION ledger.sources_of(entry bigint) RETURNS jsonb LANGUAGE sql STABLE SET TimeZone = 'UTC' AS $$
    SELECT CASE WHEN (SELECT count(*) FROM ledger.line_source WHERE entry_id = entry) <= 200000
        THEN (SELECT jsonb_agg(to_jsonb(source) ORDER BY line, document_key, component, amount, place)
                FROM ledger.line_source AS source WHERE entry_id = entry)
        ELSE (SELECT to_jsonb(encode(sha256(string_agg(
                         sha256(convert_to(jsonb_strip_nulls(to_jsonb(source))::text, 'UTF8')), ''::bytea
                         ORDER BY line, document_key, component, amount, place)), 'hex'))
                FROM ledger.line_source AS source WHERE entry_id = entry)
    END
$$;

CREATE OR REPLACE FUNCTION ledger.content_of(what text, subject bigint) RETURNS text LANGUAGE sql STABLE SET TimeZone = 'UTC' AS $$
    SELECT encode(sha256(convert_to(said::text, 'UTF8')), 'hex') FROM (
        SELECT CASE what
            WHEN 'snapshot' THEN (
                SELECT jsonb_build_array(to_jsonb(snapshot), encode(sha256(convert_to(body, 'UTF8')), 'hex'))
                  FROM landing.snapshot JOIN landing.body USING (sha256) WHERE snapshot_id = subject)
            WHEN 'books' THEN (
                SELECT to_jsonb(books) FROM ledger.revision AS books WHERE revision_id = subject)
            WHEN 'entry' THEN (
                SELECT jsonb_build_array(
                           to_jsonb(entry),
                           (SELECT jsonb_agg(to_jsonb(own) ORDER BY line) FROM ledger.line AS own WHERE entry_id = subject),
                           ledger.sources_of(subject))
                  FROM ledger.entry WHERE entry_id = subject)
            WHEN 'posting' THEN (
                SELECT jsonb_build_array(entry_id, tenant, entry_date, lot, sublot, document)
                  FROM erp.attempt WHERE attempt_id = subject AND state IN ('confirmed', 'withdrawn'))
            WHEN 'withdrawal' THEN (
                SELECT jsonb_build_array(entry_id, tenant, entry_date, lot, sublot, document, outcome)
                  FROM erp.attempt WHERE attempt_id = subject AND state = 'withdrawn')
        END) AS subject_row (said_with_nulls)
        CROSS JOIN LATERAL jsonb_strip_nulls(said_with_nulls) AS said
$$;

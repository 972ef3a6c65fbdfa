-- name: add!
INSERT INTO ledger.news (kind, subject, company)
SELECT :kind, subject, company FROM unnest(:subjects::bigint[]) AS subject, unnest(:companies::text[]) AS company;

-- name: untold
-- What companies are still to be told of a kind of thing.
SELECT company, subject FROM ledger.news WHERE kind = :kind AND settled_at IS NULL ORDER BY company, subject;

-- name: settle!
UPDATE ledger.news SET settled_at = clock_timestamp()
 WHERE kind = :kind AND company = :company AND subject = ANY(:subjects) AND settled_at IS NULL;

-- name: of_snapshot
SELECT size, texts FROM landing.snapshot JOIN personal.row USING (sha256)
 WHERE snapshot_id = :snapshot_id ORDER BY number;

-- name: body_of$
SELECT body FROM landing.snapshot JOIN landing.body USING (sha256) WHERE snapshot_id = :snapshot_id;

-- name: all_held
SELECT sha256, number, texts FROM personal.row WHERE held > 0;

-- name: held_of_days
-- The personal values of boxes' days as they are staged, the newest first.
SELECT box, day.business_date, snapshot_id, texts
  FROM staging.day JOIN landing.snapshot USING (snapshot_id) JOIN personal.row USING (sha256)
 WHERE box = ANY(:boxes) AND day.business_date BETWEEN :first AND :last AND held > 0
 ORDER BY day.business_date DESC, box, number;

-- name: held_of_snapshot
SELECT sha256, number FROM landing.snapshot JOIN personal.row USING (sha256)
 WHERE snapshot_id = :snapshot_id AND held > 0 ORDER BY number;

-- name: held_until
SELECT sha256, number FROM personal.row
 WHERE held > 0
   AND sha256 IN (SELECT sha256 FROM landing.snapshot GROUP BY sha256 HAVING max(business_date) <= :last)
 ORDER BY sha256, number;

-- name: counted^
SELECT 0::bigint AS erasure_id, ''::text AS erased_by, ''::text AS asked_by, ''::text AS why,
       count(DISTINCT sha256)::int AS answers, count(*)::int AS rows, coalesce(sum(size), 0)::int AS values,
       clock_timestamp() AS erased_at
  FROM unnest(CAST(:bodies AS text[]), CAST(:numbers AS int[])) AS asked (sha256, number)
  JOIN personal.row USING (sha256, number)
 WHERE held > 0;

-- name: erase^
-- All in one statement: nothing is erased without its record, and a record counts what was erased.
WITH chosen AS (
    SELECT sha256, number, size
      FROM unnest(CAST(:bodies AS text[]), CAST(:numbers AS int[])) AS asked (sha256, number)
      JOIN personal.row USING (sha256, number)
     WHERE held > 0 FOR UPDATE OF "row"
), made AS (
    INSERT INTO personal.erasure (erased_by, asked_by, why, answers, rows, values)
    SELECT :erased_by, :asked_by, :why, count(DISTINCT sha256), count(*), sum(size) FROM chosen HAVING count(*) > 0
    RETURNING *
), emptied AS (
    UPDATE personal.row SET texts = NULL, erasure_id = made.erasure_id FROM chosen, made
     WHERE "row".sha256 = chosen.sha256 AND "row".number = chosen.number
)
SELECT erasure_id, erased_by, asked_by, why, answers, rows, values, erased_at FROM made;

-- name: erasures
SELECT erasure_id, erased_by, asked_by, why, answers, rows, values, erased_at FROM personal.erasure ORDER BY erasure_id;

-- name: gone
SELECT sha256, taken_out, accounted_for
  FROM (SELECT sha256, coalesce(conversion.personal_values, body.personal_values, 0) AS taken_out
          FROM landing.body LEFT JOIN personal.conversion USING (sha256)) AS body
  LEFT JOIN LATERAL (SELECT coalesce(sum(size) FILTER (WHERE held = size OR erasure_id IS NOT NULL), 0)::int AS accounted_for
                       FROM personal.row WHERE "row".sha256 = body.sha256) AS kept ON true
 WHERE taken_out <> accounted_for ORDER BY sha256;

-- name: whole_answers
-- Every answer of which nothing was erased, and that has a hash of the whole.
SELECT min(snapshot_id) AS snapshot_id, answer, body_was, body
  FROM landing.body JOIN landing.snapshot USING (sha256) LEFT JOIN personal.conversion USING (sha256)
 WHERE (body_was IS NOT NULL OR answer LIKE 'hmac-%%')
   AND NOT EXISTS (SELECT FROM personal.row WHERE "row".sha256 = body.sha256 AND erasure_id IS NOT NULL)
 GROUP BY sha256, answer, body_was, body ORDER BY 1;

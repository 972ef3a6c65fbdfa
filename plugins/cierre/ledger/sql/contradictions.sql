-- Of what was sealed as it came. What an upgrade sealed late was written by versions that compared and signed otherwise.

-- name: contradictions
SELECT run.box, run.business_date, 'compared nothing' AS why, run_id AS subject
  FROM reconciliation.run JOIN ledger.seal ON what = 'reconciliation' AND subject = run_id AND seal.box = run.box AND NOT late
 WHERE NOT EXISTS (SELECT FROM reconciliation.comparison WHERE comparison.run_id = run.run_id)
UNION ALL
SELECT run.box, run.business_date, 'differs', run_id
  FROM reconciliation.run JOIN ledger.seal ON what = 'reconciliation' AND subject = run_id AND seal.box = run.box AND NOT late
 WHERE state <> 'discrepancy'
   AND EXISTS (SELECT FROM reconciliation.comparison
                WHERE comparison.run_id = run.run_id AND NOT agrees
                  AND ("right" LIKE 'ERP%%' OR state = 'no activity'
                       OR NOT EXISTS (SELECT FROM ledger.approval
                                       WHERE approval.box = run.box AND approval.business_date = run.business_date
                                         AND reason = 'discrepancy' AND decision = 'approved')))
UNION ALL
SELECT entry.box, entry.business_date, 'not acknowledged', attempt_id
  FROM erp.attempt JOIN ledger.entry USING (entry_id)
  JOIN ledger.seal ON what = 'posting' AND subject = attempt_id AND seal.box = entry.box AND NOT late
 WHERE state = 'confirmed' AND deleting_since IS NULL
   AND coalesce(ledger.in_english(outcome), '') NOT IN ('acknowledged', 'found by reading the ERP back')
   -- What an upgrade sealed late was posted before outcomes were kept, whatever was noted of it since.
   AND NOT EXISTS (SELECT FROM ledger.seal AS own WHERE own.what = 'attempt' AND own.subject = attempt_id AND own.late)
UNION ALL
SELECT approval.box, business_date, 'answered before it was asked', approval_id
  FROM ledger.approval
  JOIN ledger.seal AS answer ON answer.what = 'answer' AND answer.subject = approval_id AND answer.box = approval.box
                            AND NOT answer.late
 WHERE decision = 'approved'
   AND NOT EXISTS (SELECT FROM ledger.seal AS question
                    WHERE question.what = 'question' AND question.subject = approval_id
                      AND question.box = approval.box AND question.seal < answer.seal)
UNION ALL
SELECT box, business_date, 'answered by nobody', approval_id FROM ledger.approval
 WHERE decision = 'approved' AND coalesce(btrim(decided_by), '') = ''
UNION ALL
SELECT box, month, 'signed what there never was', sign_off_id FROM ledger.signed_head JOIN ledger.sign_off USING (sign_off_id)
 WHERE NOT EXISTS (SELECT FROM ledger.seal
                    WHERE seal.box = signed_head.box AND seal.seal = links AND seal.hash = signed_head.hash)
UNION ALL
SELECT box, business_date, 'signed what there never was', sign_off_id FROM ledger.signed_day
 WHERE revision IS NOT NULL
   AND booked IS DISTINCT FROM (SELECT coalesce(sum(total), 0)
                                  FROM ledger.revision AS own LEFT JOIN ledger.entry USING (revision_id)
                                 WHERE (own.box, own.business_date, own.revision)
                                     = (signed_day.box, signed_day.business_date, signed_day.revision)
                                   AND reverses IS NULL)
UNION ALL
SELECT '*', month, 'signed nothing', sign_off_id FROM ledger.sign_off
 WHERE NOT EXISTS (SELECT FROM ledger.signed_day AS day WHERE day.sign_off_id = sign_off.sign_off_id)
 ORDER BY 1, 2, 4;

-- name: last_reconciled
-- The last reconciliation of each day whose books are still the same, that nothing was staged or posted after.
SELECT last.box, last.business_date, last.run_id, last.revision_id
  FROM (SELECT DISTINCT ON (box, business_date) * FROM reconciliation.run ORDER BY box, business_date, run_id DESC) AS last
  JOIN ledger.seal AS own ON own.what = 'reconciliation' AND own.subject = run_id AND own.box = last.box AND NOT late
 WHERE revision_id = (SELECT max(revision_id) FROM ledger.revision
                       WHERE revision.box = last.box AND revision.business_date = last.business_date)
   AND NOT EXISTS (SELECT FROM ledger.seal AS staged
                    WHERE staged.what = 'quarantine' AND staged.box = last.box AND staged.seal > own.seal
                      AND staged.subject = to_char(last.business_date, 'YYYYMMDD')::bigint)
   AND NOT EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                     JOIN ledger.seal AS posted ON posted.what = 'attempt' AND posted.subject = attempt_id
                                               AND posted.box = last.box
                    WHERE entry.box = last.box AND entry.business_date = last.business_date AND posted.seal > own.seal)
 ORDER BY last.box, last.business_date;

-- name: to_be_signed
-- What the code signs, in the order in which it was sealed, with all that a signature is over.
SELECT seal.box, entry.business_date, what, subject, signature,
       ARRAY[attempt_id::text, attempt.entry_id::text, attempt.tenant, attempt.entry_date::text, attempt.lot, sublot,
             document] AS said, sealed_at
  FROM ledger.seal JOIN erp.attempt ON attempt_id = subject JOIN ledger.entry USING (entry_id) WHERE what = 'posting'
UNION ALL
SELECT seal.box, run.business_date, what, subject, signature,
       ARRAY[run.box, run.business_date::text, revision_id::text, state]
       || ARRAY(SELECT concat_ws('|', kind, form, "left", "right", left_rows, right_rows, left_net, right_net)
                  FROM reconciliation.comparison WHERE comparison.run_id = run.run_id ORDER BY comparison), sealed_at
  FROM ledger.seal JOIN reconciliation.run ON run_id = subject WHERE what = 'reconciliation'
UNION ALL
SELECT seal.box, approval.business_date, what, subject, signature,
       ARRAY[approval_id::text, revision_id::text, reason, asked_in, decision, coalesce(decided_by, '')]
       || ARRAY(SELECT unnest(ran_by) COLLATE "C" ORDER BY 1)
       || CASE WHEN comment IS NULL THEN '{}' ELSE ARRAY[E'\n' || comment] END, sealed_at
  FROM ledger.seal JOIN ledger.approval ON approval_id = subject WHERE what = 'answer' AND decision = 'approved'
 ORDER BY sealed_at;

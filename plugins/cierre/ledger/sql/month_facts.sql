-- What a month's checklist is made from, by business date.

-- name: days
SELECT box, business_date AS day, state, revision, booked, currency
  FROM board.box_day WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
 ORDER BY business_date, box COLLATE "C";

-- name: uncertain
SELECT box, business_date AS day FROM erp.uncertain
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last;

-- name: asked
-- Questions about the days' newest books that nobody has answered, and that were not answered elsewhere since.
SELECT box, business_date AS day FROM ledger.approval AS own
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last AND decision IS NULL
   AND revision_id = (SELECT max(revision_id) FROM ledger.revision AS newest
                       WHERE newest.box = own.box AND newest.business_date = own.business_date)
   AND NOT EXISTS (SELECT FROM ledger.approval AS later
                    WHERE later.revision_id = own.revision_id AND later.reason = own.reason
                      AND later.decision = 'approved');

-- name: unmapped
SELECT box, business_date AS day FROM staging.problem
 WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last;

-- name: held
-- Rows in quarantine by day and currency, and their money, whichever way it goes: a refund hides no sale. Of a day that
-- was staged before its rows had a currency, it is that of the day's other money.
SELECT box, business_date AS day, blocking, count(*)::int AS rows, coalesce(sum(abs(net)), 0) AS money,
       coalesce(currency, (SELECT staged.currency FROM board.form_day AS staged
                            WHERE staged.box = quarantined.box AND staged.business_date = quarantined.business_date
                            ORDER BY documents DESC, staged.currency LIMIT 1)) AS currency
  FROM staging.quarantined WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last
 GROUP BY box, business_date, blocking, quarantined.currency;

-- name: attested
-- Of each day's newest landing.
SELECT DISTINCT ON (taken.box, taken.business_date) taken.box, taken.business_date AS day,
       coalesce(certificate.state, 'unattested') AS state
  FROM landing.taken
  LEFT JOIN landing.certificate ON certificate.snapshot_id = taken.snapshot_id AND certificate.box = taken.box
       AND certificate.business_date = taken.business_date
 WHERE taken.box = ANY(:boxes) AND taken.business_date BETWEEN :first AND :last
 ORDER BY taken.box, taken.business_date, taken.snapshot_id DESC;

-- name: changed_at$
-- When a day was last booked or reconciled.
SELECT greatest((SELECT max(frozen_at) FROM ledger.revision
                  WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last),
                (SELECT max(reconciled_at) FROM reconciliation.run
                  WHERE box = ANY(:boxes) AND business_date BETWEEN :first AND :last));

-- name: audited^
-- The newest audit, and how much it found wrong: elsewhere than in chains, in those of these boxes, in that of none.
SELECT read_at,
       wrong + (SELECT count(*) FROM unnest(broken) AS one WHERE one = '*' OR one = ANY(:boxes))::int AS wrong
  FROM ledger.audit ORDER BY audit_id DESC LIMIT 1;

-- name: keep_audit!
INSERT INTO ledger.audit (read_at, links, broken, wrong) VALUES (:read_at, :links, :broken, :wrong);

-- name: on_accounts
-- What boxes' entries that the ERP holds put on accounts, by their dates there, by account and form of payment.
SELECT entry.box, line.account, entry.currency, source.form,
       coalesce(sum(source.amount) FILTER (WHERE side = 'D'), 0) AS debit,
       coalesce(sum(source.amount) FILTER (WHERE side = 'C'), 0) AS credit
  FROM ledger.entry_now AS entry JOIN ledger.line USING (entry_id)
  CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
 WHERE entry.box = ANY(:boxes) AND entry.entry_date BETWEEN :first AND :last AND line.account = ANY(:accounts)
   AND entry.attempt_id IS NOT NULL
 GROUP BY entry.box, line.account, entry.currency, source.form
 ORDER BY line.account COLLATE "C", entry.currency, source.form, entry.box COLLATE "C";

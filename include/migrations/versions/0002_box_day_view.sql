-- One row a box and day: what was staged, booked, acknowledged, and where the day stands.
-- "open" has been staged or booked but not reconciled since; "uncertain" has an attempt whose outcome is not known.

CREATE VIEW ledger.box_day AS
WITH latest_revision AS (
    SELECT DISTINCT ON (box, business_date) * FROM ledger.revision ORDER BY box, business_date, revision DESC
), latest_run AS (
    SELECT DISTINCT ON (box, business_date) * FROM reconciliation.run ORDER BY box, business_date, run_id DESC
)
SELECT day.box,
       day.business_date,
       CASE WHEN posted.uncertain > 0 THEN 'uncertain'
            WHEN latest_run.revision_id IS DISTINCT FROM latest_revision.revision_id OR latest_run.run_id IS NULL
                 OR latest_run.reconciled_at < day.staged_at THEN 'open'
            ELSE latest_run.state
       END AS state,
       latest_revision.revision,
       staged.documents,
       held.quarantined,
       (SELECT coalesce(sum(total), 0) FROM ledger.entry
         WHERE revision_id = latest_revision.revision_id AND reverses IS NULL) AS journal_total,
       staged.money_by_form,
       posted.erp_documents,
       posted.uncertain,
       latest_run.reconciled_at
  FROM staging.day AS day
  LEFT JOIN latest_revision USING (box, business_date)
  LEFT JOIN latest_run USING (box, business_date)
  CROSS JOIN LATERAL (
      SELECT coalesce(sum(rows), 0)::int AS documents,
             coalesce(jsonb_object_agg(form, net::text) FILTER (WHERE form <> ''), '{}') AS money_by_form
        FROM (SELECT form, count(*) AS rows, sum(net) AS net FROM staging.document
               WHERE document.box = day.box AND document.business_date = day.business_date GROUP BY form) AS by_form
  ) AS staged
  CROSS JOIN LATERAL (
      SELECT count(*)::int AS quarantined FROM staging.quarantined AS held
       WHERE held.box = day.box AND held.business_date = day.business_date
  ) AS held
  CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(lot || '/' || sublot || '/' || document ORDER BY attempt_id)
                      FILTER (WHERE attempt.state = 'confirmed'), '{}') AS erp_documents,
             count(*) FILTER (WHERE attempt.state = 'claimed'
                              OR attempt.state = 'doomed' AND attempt.reaped_at IS NULL)::int AS uncertain
        FROM erp.attempt JOIN ledger.entry AS posted USING (entry_id, tenant, entry_date, lot)
       WHERE posted.box = day.box AND posted.business_date = day.business_date
  ) AS posted;
COMMENT ON VIEW ledger.box_day IS 'One row a box and business date: state, documents, money by form, journal total, ERP documents.';

-- name: box_days
SELECT box, business_date, state, revision, documents, quarantined, journal_total, money_by_form, erp_documents,
       uncertain
  FROM ledger.box_day WHERE business_date = :business_date ORDER BY box;

-- name: posted_since$
SELECT count(*)::int FROM erp.attempt JOIN ledger.entry USING (entry_id)
 WHERE state = 'confirmed' AND decided_at >= :since AND business_date = :business_date;

-- name: now$
SELECT erp.clock();

-- name: posted
-- What stands of ours in a tenant's books by the ERP's own acknowledgement, reversals as documents of their own.
SELECT attempt.entry_date, rtrim(attempt.lot) AS lot, rtrim(sublot) AS sublot, rtrim(document) AS document, account,
       currency, sum(CASE side WHEN 'D' THEN amount ELSE -amount END) AS balance
  FROM erp.attempt JOIN ledger.entry USING (entry_id) JOIN ledger.line USING (entry_id)
 WHERE state = 'confirmed' AND attempt.tenant = :tenant AND (attempt.site = :site) IS NOT FALSE
   AND attempt.entry_date BETWEEN :first AND :last
 GROUP BY attempt.entry_date, attempt.lot, sublot, document, account, currency;

-- name: lots
-- Into which lots of a tenant anything was ever sent.
SELECT DISTINCT rtrim(lot) AS lot FROM erp.attempt WHERE tenant = :tenant AND (site = :site) IS NOT FALSE;

-- name: postings
-- Into which lots of which tenants boxes sent anything that the ERP did not refuse, month by month. Sites that a
-- connection does not lead to any more cannot be read.
WITH place AS (
    SELECT DISTINCT ON (box, erp_site, tenant) box, erp_site AS site, tenant, erp_connection AS connection
      FROM ledger.cash_box WHERE CAST(:boxes AS text[]) IS NULL OR box = ANY(:boxes)
     ORDER BY box, erp_site, tenant, version DESC)
SELECT DISTINCT place.connection, place.site, place.tenant, date_trunc('month', attempt.entry_date)::date AS month,
       place.box, rtrim(attempt.lot) AS lot
  FROM erp.attempt JOIN ledger.entry USING (entry_id) JOIN place USING (box)
 WHERE attempt.entry_date BETWEEN :first AND :last AND attempt.state <> 'rejected'
   AND attempt.tenant = place.tenant AND (attempt.site = place.site) IS NOT FALSE
   AND place.site = (SELECT erp_site FROM ledger.cash_box AS seen WHERE seen.erp_connection = place.connection
                      ORDER BY seen_at DESC LIMIT 1)
 ORDER BY month, place.site, place.tenant, place.box, lot;

-- name: is_posted_to$
-- Whether something of a tenant's range is being sent or deleted, or was since an instant.
SELECT EXISTS (SELECT FROM erp.attempt
                WHERE tenant = :tenant AND (site = :site) IS NOT FALSE AND entry_date BETWEEN :first AND :last
                  AND (state = 'claimed' OR deleting_since IS NOT NULL AND state = 'confirmed'
                       OR state IN ('confirmed', 'withdrawn') AND decided_at >= :since));

-- name: add<!
INSERT INTO ledger.tie_out (site, tenant, month, state, read_at) VALUES (:site, :tenant, :month, :state, :read_at)
RETURNING tie_out_id;

-- name: newest
-- The newest tie-out of each tenant's month in a range of months.
SELECT tie_out_id, site, tenant, month, state, read_at, boxes, outdated
  FROM ledger.tie_out_now
 WHERE tie_out_id IN (SELECT max(tie_out_id) FROM ledger.tie_out WHERE month BETWEEN :first AND :last
                       GROUP BY month, tenant, site)
 ORDER BY month, tenant, site;

-- name: by_id^
SELECT tie_out_id, site, tenant, month, state, read_at, boxes, outdated
  FROM ledger.tie_out_now WHERE tie_out_id = :tie_out_id;

-- name: accounts
SELECT account, currency, posted, erp, other_lots FROM ledger.tie_out_account
 WHERE tie_out_id = :tie_out_id ORDER BY account, currency;

-- name: findings
SELECT code, entry_date, lot, sublot, document, account, currency, posted, erp, since, first.read_at AS first_seen
  FROM ledger.tie_out_finding AS own JOIN ledger.tie_out AS first ON first.tie_out_id = own.since
 WHERE own.tie_out_id = :tie_out_id ORDER BY finding;

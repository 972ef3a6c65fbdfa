-- A box that posts to another company or branch by now has left its books of the month where they are: their tie-out stays
-- its own.
CREATE OR REPLACE VIEW ledger.tie_out_now AS
SELECT tie_out_id, site, tenant, month, state, read_at,
       ARRAY(SELECT box FROM ledger.cash_box_now AS own
              WHERE own.erp_site = tie_out.site AND own.tenant = tie_out.tenant
              UNION
             SELECT box FROM ledger.cash_box AS own JOIN ledger.cash_box_now AS here USING (box)
              WHERE own.erp_site = tie_out.site AND own.tenant = tie_out.tenant
                AND (here.erp_site, here.tenant) <> (own.erp_site, own.tenant)
                AND EXISTS (SELECT FROM ledger.entry JOIN erp.attempt USING (entry_id)
                             WHERE entry.box = own.box AND attempt.tenant = tie_out.tenant
                               AND (attempt.site = tie_out.site) IS NOT FALSE
                               AND attempt.entry_date BETWEEN month AND month + interval '1 month' - interval '1 day'
                               AND attempt.state <> 'rejected')
              ORDER BY box) AS boxes,
       EXISTS (SELECT FROM erp.attempt
                WHERE attempt.tenant = tie_out.tenant AND (attempt.site = tie_out.site) IS NOT FALSE
                  AND entry_date BETWEEN month AND month + interval '1 month' - interval '1 day'
                  AND attempt.state IN ('confirmed', 'withdrawn') AND decided_at >= read_at) AS outdated
  FROM ledger.tie_out;
COMMENT ON VIEW ledger.tie_out_now IS 'Each tie-out, with the boxes that post into its month as they were last seen, or did in that month, and whether anything was posted there since.';

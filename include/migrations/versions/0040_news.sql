-- A task that ends between finding something and the message about it leaves the message to the next run, whatever
-- found it: each company is told of each thing once.
CREATE TABLE ledger.news (
    kind       text NOT NULL CHECK (kind IN ('look', 'master finding', 'tie-out')),
    subject    bigint NOT NULL,
    company    text NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (kind, subject, company)
);
COMMENT ON TABLE ledger.news IS 'Something that a company''s people are told once.';
COMMENT ON COLUMN ledger.news.subject IS 'The number of the look, of the finding in the ERP''s master data, or of the tie-out.';
COMMENT ON COLUMN ledger.news.settled_at IS 'When they were told, or when it did not hold any more; null as long as no message could be sent.';
CREATE INDEX ON ledger.news (kind, company, subject) WHERE settled_at IS NULL;

INSERT INTO ledger.news (kind, subject, company, settled_at)
SELECT 'look', look_id, company, told_at
  FROM ledger.look_news JOIN ledger.look USING (look_id) JOIN ledger.cash_box_now USING (box);
DROP TABLE ledger.look_news;

-- How a tie-out counts now.
CREATE VIEW ledger.tie_out_now AS
SELECT tie_out_id, site, tenant, month, state, read_at,
       ARRAY(SELECT box FROM ledger.cash_box_now AS own
              WHERE own.erp_site = tie_out.site AND own.tenant = tie_out.tenant ORDER BY box) AS boxes,
       EXISTS (SELECT FROM erp.attempt
                WHERE attempt.tenant = tie_out.tenant AND (attempt.site = tie_out.site) IS NOT FALSE
                  AND entry_date BETWEEN month AND month + interval '1 month' - interval '1 day'
                  AND attempt.state IN ('confirmed', 'withdrawn') AND decided_at >= read_at) AS outdated
  FROM ledger.tie_out;
COMMENT ON VIEW ledger.tie_out_now IS 'Each tie-out, with the boxes that post into its month as they were last seen, and whether anything was posted there since.';

-- name: empty_day!
WITH documents AS (DELETE FROM staging.document WHERE box = :box AND business_date = :business_date)
DELETE FROM staging.quarantined WHERE box = :box AND business_date = :business_date;

-- name: set_day!
INSERT INTO staging.day (box, business_date, snapshot_id) VALUES (:box, :business_date, :snapshot_id)
ON CONFLICT (box, business_date)
DO UPDATE SET snapshot_id = excluded.snapshot_id, staged_at = clock_timestamp();

-- name: snapshot_of$
SELECT snapshot_id FROM staging.day WHERE box = :box AND business_date = :business_date;

-- name: documents
-- What many documents have in common comes as one text, a line for each part: none but the form can have several.
SELECT document_key, amounts::text, place, reference,
       concat_ws(chr(10), split_part(document_key, chr(58), 1), kind, currency, form, attributes::text) AS common
  FROM staging.document WHERE box = :box AND business_date = :business_date ORDER BY document_key;

-- name: blocking
SELECT place, kind, form, reason, message, net
  FROM staging.quarantined WHERE box = :box AND business_date = :business_date AND blocking ORDER BY place;

-- name: staged_totals
-- All that was staged, and what of it has money to book (a document of nothing but zeros makes no line).
SELECT kind, form, count(*)::int AS rows, sum(net) AS net, min(currency) AS currency,
       (count(*) FILTER (WHERE has_money))::int AS rows_with_money
  FROM (SELECT kind, form, net, currency,
               EXISTS (SELECT FROM jsonb_each_text(amounts) AS part WHERE part.value::numeric <> 0) AS has_money
          FROM staging.document WHERE box = :box AND business_date = :business_date) AS document
 GROUP BY kind, form ORDER BY kind, form;

-- name: quarantined_totals
SELECT kind, form, count(*)::int AS rows, coalesce(sum(net), 0) AS net, min(currency) AS currency
  FROM staging.quarantined WHERE box = :box AND business_date = :business_date
 GROUP BY kind, form ORDER BY kind, form;

-- name: seen_since
-- What came by what rules may look at, amount by amount. The rate of a currency is of one document alone.
SELECT box, kind, currency, attributes - 'rate' AS attributes, part.key AS component,
       count(*)::int AS documents, sum(part.value::numeric) AS amount, max(business_date) AS last_day
  FROM staging.document CROSS JOIN LATERAL jsonb_each_text(amounts) AS part
 WHERE business_date >= :since AND part.value::numeric <> 0
 GROUP BY box, kind, currency, attributes - 'rate', part.key
 ORDER BY box, kind, currency, attributes, component;

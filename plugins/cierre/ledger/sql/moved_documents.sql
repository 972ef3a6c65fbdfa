-- name: moved
-- The documents that two lots of entries book otherwise, those that move the most money first: what each comes to in
-- its net money in the entries' currency (null where the lot lacks it), which of its amounts and of its accounts differ,
-- and how many they are in all.
WITH share AS (
    SELECT document_key, source.kind, source.form, component, account, entry_id = ANY(:after) AS is_new,
           CASE side WHEN 'D' THEN source.amount ELSE -source.amount END AS signed,
           source.amount * CASE WHEN source.turned THEN -1 ELSE 1 END AS own,
           CASE WHEN source.turned THEN translate(side, 'DC', 'CD') ELSE side END AS own_side
      FROM ledger.line CROSS JOIN LATERAL ledger.documents_behind(line.entry_id, line.line) AS source
     WHERE entry_id = ANY(:before) OR entry_id = ANY(:after)
), place AS (
    SELECT document_key, account, coalesce(sum(signed) FILTER (WHERE is_new), 0)
                                  - coalesce(sum(signed) FILTER (WHERE NOT is_new), 0) AS moved
      FROM share GROUP BY document_key, form, component, account
), differing AS (
    SELECT document_key, sum(abs(moved)) AS moved, array_agg(DISTINCT account ORDER BY account) AS accounts,
           (count(*) OVER ())::int AS in_all
      FROM place WHERE moved <> 0
     GROUP BY document_key ORDER BY moved DESC, document_key LIMIT :most
), named AS MATERIALIZED (
    SELECT share.* FROM share JOIN differing USING (document_key)
), amount AS (
    SELECT document_key, component, is_new,
           coalesce(sum(own) FILTER (WHERE own_side = 'D'), sum(own) FILTER (WHERE own_side = 'C'), 0) AS comes_to
      FROM named GROUP BY document_key, component, is_new
), other AS (
    SELECT document_key, component,
           coalesce(sum(comes_to) FILTER (WHERE is_new), 0) <> coalesce(sum(comes_to) FILTER (WHERE NOT is_new), 0) AS differs
      FROM amount GROUP BY document_key, component
)
SELECT document_key,
       (SELECT min(kind) FROM named WHERE named.document_key = differing.document_key) AS kind,
       coalesce((SELECT min(form) FROM named WHERE named.document_key = differing.document_key AND is_new),
                (SELECT min(form) FROM named WHERE named.document_key = differing.document_key)) AS form,
       coalesce((SELECT reference FROM staging.document AS staged
                  WHERE staged.box = :box AND staged.business_date = :business_date
                    AND staged.document_key = differing.document_key LIMIT 1),
                (SELECT reference FROM ledger.look_change JOIN ledger.look USING (look_id)
                  WHERE look.box = :box AND look.business_date = :business_date
                    AND look_change.document_key = differing.document_key ORDER BY look_id DESC LIMIT 1), '') AS reference,
       CASE WHEN EXISTS (SELECT FROM named WHERE named.document_key = differing.document_key AND NOT is_new)
            THEN coalesce((SELECT comes_to FROM amount WHERE amount.document_key = differing.document_key
                              AND component = 'net' AND NOT is_new), 0) END AS before,
       CASE WHEN EXISTS (SELECT FROM named WHERE named.document_key = differing.document_key AND is_new)
            THEN coalesce((SELECT comes_to FROM amount WHERE amount.document_key = differing.document_key
                              AND component = 'net' AND is_new), 0) END AS after,
       moved,
       ARRAY(SELECT component FROM other WHERE other.document_key = differing.document_key AND differs
              ORDER BY component) AS amounts,
       accounts, in_all
  FROM differing ORDER BY moved DESC, document_key;

-- name: bases
-- What the books of revisions were made of.
SELECT DISTINCT sha256 AS source, mapping_digest AS mapping
  FROM ledger.revision JOIN landing.snapshot USING (snapshot_id) WHERE revision_id = ANY(:revisions);

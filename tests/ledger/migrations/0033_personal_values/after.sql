SELECT NOT EXISTS (SELECT FROM landing.body WHERE body ~ 'Ana|912345678|t_a') AS "no personal value is left in a body";
SELECT NOT EXISTS (SELECT FROM staging.quarantined WHERE "row"::text LIKE '%Ana%') AS "nor in a quarantined row";
SELECT "row" ->> 'pagoValor' = '35.30' AS "a quarantined row keeps what is open of it" FROM staging.quarantined;
SELECT bool_or(body LIKE '%"pagoValor": 35.30, "formaPagoId": 1, "inscripcionNombre": "⟦1⟧"%') AS "amounts stay as they came"
  FROM landing.body;
SELECT array_agg(texts::text ORDER BY number) = ARRAY['{"\"Ana Vera\"","\"0912345678\""}', '{912345678}']
    AS "the values stand row by row"
  FROM personal.row JOIN landing.body USING (sha256) WHERE body LIKE '%PAGOS%';
SELECT count(*) = 3 AS "each body's conversion is a link"
  FROM ledger.seal JOIN personal.conversion ON subject = conversion_id WHERE what = 'conversion' AND box = '*';
SELECT bool_and(body_was = sha256) AS "a conversion says what the body was, which is what it is kept under"
  FROM personal.conversion JOIN landing.body USING (sha256) WHERE body LIKE '%PAGOS%';
SELECT document_key LIKE 'sga:payment:%' AND document_key <> 'sga:payment:0-2' AND net = 64.70
    AS "a staged payment of SGA is named by its open fields, and is otherwise as it was"
  FROM staging.document WHERE box = 't_a' AND place = '0/PAGOS/2';
SELECT count(*) = 2 AS "what is booked keeps its names" FROM ledger.line_source JOIN ledger.entry USING (entry_id)
 WHERE box = 't_a' AND document_key = 'sga:payment:0-2';

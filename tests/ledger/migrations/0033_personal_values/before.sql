-- An answer with names and numbers, which two boxes took, a row of it in quarantine; and one that no text can hold.
INSERT INTO landing.body (sha256, body)
SELECT encode(sha256(convert_to(body, 'UTF8')), 'hex'), body
  FROM (VALUES ('[{"PAGOS": [{"pagoValor": 35.30, "formaPagoId": 1, "inscripcionNombre": "Ana Vera", "clienteRuc": "0912345678"},'
                ' {"pagoValor": 64.70, "clienteRuc": 912345678},'
                ' {"pagoValor": 35.30, "formaPagoId": 1, "facturaNumero": "001-002-1", "carreraId": 21, "tipoRubroId": 3,'
                ' "descPromo": 0, "descBeca": 0, "esFraude": false}], "NC": [], "RC": []}]')) AS said (body);
INSERT INTO landing.snapshot (source, connection, source_key, business_date, asked, received_at, sha256)
SELECT 'sga', 'sga_t', 't', '2026-11-20', '{}', '2026-11-21', sha256 FROM landing.body WHERE body LIKE '%Ana Vera%';
INSERT INTO landing.taken (box, business_date, snapshot_id)
SELECT box, '2026-11-20', max(snapshot_id) FROM landing.snapshot, (VALUES ('t_a'), ('t_b')) AS boxes (box) GROUP BY box;
UPDATE staging.day SET snapshot_id = (SELECT max(snapshot_id) FROM landing.snapshot) WHERE box = 't_a';
INSERT INTO staging.quarantined (box, business_date, place, kind, form, reason, message, "row", blocking)
VALUES ('t_a', '2026-11-20', '0/PAGOS/0', 'payment', '1', 'two_forms', '"twice"', '{"inscripcionNombre": "Ana Vera"}', true);
INSERT INTO landing.original (sha256, bytes) SELECT encode(sha256(bytes), 'hex'), bytes
  FROM (SELECT convert_to('["t_a"]', 'UTF8') AS bytes) AS came
 WHERE EXISTS (SELECT FROM landing.body WHERE sha256 = encode(sha256(bytes), 'hex'));

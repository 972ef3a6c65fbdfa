"""The daily audit: heads are noted outside, and what does not go on from there fails the task."""

import base64
import json
from datetime import date

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import signing
from cierre.reports import heads
from operators.audit import AuditOperator

BOX, DAY = "itb_caja_164", date(2024, 9, 6)
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture
def place(tmp_path, monkeypatch, reader_dsn):
    """Where heads are noted; and the logins that look and sign."""
    monkeypatch.setenv("AIRFLOW_VAR_LEDGER_HEADS", (tmp_path / "heads").as_uri())
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_READER", reader_dsn.replace("postgresql://", "postgres://"))
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_SIGNER", json.dumps({"conn_type": "generic", "password": KEY}))
    return tmp_path / "heads"


def look() -> dict:
    return AuditOperator(task_id="audit").execute({})


def test_heads_are_noted_outside_and_a_chain_that_got_shorter_fails(close, place, ledger, by_force):
    close(BOX, DAY).all()
    links = look()["links"]
    (noted,) = place.iterdir()
    assert [(head.box, head.links) for head in heads.read(noted.read_text())] == [(BOX, links)]
    by_force(f"DELETE FROM ledger.seal WHERE seal = {links}")
    with pytest.raises(AirflowFailException, match=f"{links} links were noted and {links - 1} are there"):
        look()
    assert list(place.iterdir()) == [noted]
    kept = ledger.execute("SELECT links, broken, wrong FROM ledger.audit ORDER BY audit_id").fetchall()
    # The second one read the link of the first, too.
    assert [tuple(row) for row in kept] == [(links, [], 0), (links, [], 2)]


def test_what_a_close_saw_is_signed_by_the_key_behind_airflow(close, place, ledger):
    close(BOX, DAY).all()
    look()
    signed = [row.signature for row in ledger.execute("SELECT signature FROM erp.attempt")]
    assert all(signed)
    attempt = ledger.execute("SELECT * FROM erp.attempt LIMIT 1").fetchone()
    said = (attempt.attempt_id, attempt.entry_id, attempt.tenant, attempt.entry_date, attempt.lot, attempt.sublot)
    assert signing.is_signed(signing.public_key(KEY), attempt.signature, "posting", *said, attempt.document)
    assert not signing.is_signed(signing.public_key(KEY), attempt.signature, "posting", *said, "000002")


def test_an_empty_ledger_is_audited_and_nothing_is_noted(place, ledger_dsn, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", ledger_dsn.replace("postgresql://", "postgres://"))
    assert look() == {"links": 0}
    assert not place.exists()

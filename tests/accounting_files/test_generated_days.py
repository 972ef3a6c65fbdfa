"""The project's own mappings against whole days as the sandbox makes them up: everything is booked, nothing is lost."""

import json
from datetime import UTC, date, datetime

import pytest

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document, Kind
from cierre.closing.wiring import source_hook, source_of
from support.zeta_site import LOGIN

DAY = date(2024, 9, 6)
NIGHT = datetime(2024, 9, 7, 6, tzinfo=UTC)
"""Over in Santiago and Montevideo, and outside Zeta's business hours."""


@pytest.fixture
def documents(sandbox, ledger_dsn, monkeypatch):
    """A function that gives what the sandbox's vendor says of a box's day."""
    sandbox.bsale.set(requests_per_second=10_000)
    sandbox.zeta.set(now=NIGHT)
    clock = f"?options=-c%20cierre.now%3D{NIGHT:%Y-%m-%dT%H:%M:%S}Z"
    connections = {
        "ledger_db": ledger_dsn.replace("postgresql://", "postgres://", 1) + clock,
        "bsale": {"conn_type": "bsale", "host": f"{sandbox.url}/bsale", "password": "sandbox"},
        "zeta": {"conn_type": "zeta", "host": f"{sandbox.url}/zeta", "login": "ITBUY", "password": "sandbox"},
        "sge": {"conn_type": "sge", "host": f"{sandbox.url}/sge", "password": "sandbox"},
    }
    for name, said in connections.items():
        if isinstance(said, dict):
            said = json.dumps(said | {"extra": {"trust_env": False, **(LOGIN if name == "zeta" else {})}})
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", said)

    def read(box_id: str) -> list[Document]:
        box = cash_box(box_id)
        source = source_of(box)
        body = source_hook(box).fetch(box.key, DAY).body
        reading = source.read(body, day=DAY, currency=box.currency, key=box.key)
        assert [row for row in reading.quarantined if row.blocking] == []
        return reading.documents

    return read


@pytest.mark.parametrize(
    ("box_id", "kinds", "currencies"),
    [
        ("austral_oficina_1", {Kind.PAYMENT, Kind.SALE, Kind.COLLECTION}, {"CLP"}),
        ("itb_uruguay_1_1", {Kind.SALE, Kind.CREDIT_NOTE}, {"UYU", "USD"}),
        ("universidad_contratos", {Kind.SALE}, {"EUR"}),
    ],
)
def test_a_day_of_each_country_is_booked_to_the_last_document(documents, box_id, kinds, currencies):
    box = cash_box(box_id)
    found = documents(box_id)
    derivation = derive(found, account_mapping(box.mapping), box, DAY)

    assert derivation.problems == []
    assert kinds <= {one.kind for one in found}
    assert {one.currency for one in found} == currencies
    booked = {
        (source.document_key, line.foreign.currency, source.foreign)
        if line.foreign
        else (source.document_key, entry.currency, source.amount)
        for entry in derivation.entries
        for line in entry.lines
        for source in line.sources
        if source.component == "net"
    }
    assert booked == {(one.key, one.currency, one.net) for one in found if one.net}
    assert {entry.currency for entry in derivation.entries} == {box.currency}

"""A closed day of a demo box in the ledger, as the steps of a close would leave it, without running them."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, Total, totals
from cierre.bookkeeping.journal import JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import attempts, landing, reconciliation, revisions, staging
from cierre.ledger.revisions import Revision
from hooks.registry import SOURCES

SITE = "http://sga.example"
PERSON = "Ana María Vera"
NO_CASH = Sentence("a receipt {why} has no cash behind it", why=Sentence("paid by credit note"))


def document(box: CashBox, day: date, number: int, net: str, form: str = "1") -> Document:
    """A payment of a box, in the landed row of the same number."""
    return Document(
        source=box.source,
        kind=Kind.PAYMENT,
        source_id=f"0-{number}",
        business_date=day,
        currency=box.currency,
        form=form,
        amounts={"net": Decimal(net)},
        attributes={"form": form},
        place=f"0/PAGOS/{number}",
        reference=f"001-002-{number:09d}",
    )


def stage(ledger: psycopg.Connection, box: CashBox, day: date, *amounts: tuple[str, str]) -> list[Document]:
    """Lands and stages payments (net money, form), the last of which is also held back as without cash."""
    documents = [document(box, day, number, net, form) for number, (net, form) in enumerate(amounts)]
    rows = [
        {"pagoValor": float(one.net), "formaPagoId": int(one.form), "facturaNumero": one.reference,
         "inscripcionNombre": PERSON, "clienteRuc": "0912345678"}
        for one in documents
    ]  # fmt: skip
    place = landing.Place(box.source, box.connection, box.key, day)
    body = json.dumps(
        [{"PAGOS": rows, "NC": [], "RC": [{"rcId": 7, "rcValorInicial": 5, "inscripcionNombre": PERSON}]}]
    )
    landed = landing.land(ledger, place, asked={}, received_at=datetime.now(UTC), body=body,
                          open_fields=SOURCES[box.source].open_fields, site=SITE)  # fmt: skip
    held = QuarantinedRow("0/RC/0", Kind.RECEIPT, "", "no_cash", NO_CASH, Decimal(5), {"rcId": 7}, blocking=False)
    counted = [*totals(documents), Total(held.kind, held.form, 1, held.net)]
    claims = [Claim(Sentence("unattested: rows of {name}", name="PAGOS"), len(documents), len(documents), None, None)]
    landing.take(ledger, box.id, day, landed.snapshot_id, counted, claims, key=box.key)
    staging.replace(ledger, box.id, day, landed.snapshot_id, Reading(documents, [held]))
    return documents


def book(
    ledger: psycopg.Connection,
    box: CashBox,
    day: date,
    documents: list[Document],
    history: str = "Caja",
    scholarship: str = "",
) -> Revision:
    """Books staged payments: a debit for all of them against a credit; and a ``scholarship`` of the first of them."""
    total = sum((one.net for one in documents), Decimal(0))
    sources = tuple(LineSource(one.key, "net", one.net) for one in documents)
    lines = (
        Line(Side.DEBIT, "1.1.01.001", total, history, sources=sources),
        Line(Side.CREDIT, "4.1.01.001", total, "Ingresos", sources=sources),
    )
    if scholarship:
        granted = Decimal(scholarship)
        share = (LineSource(documents[0].key, "scholarship", granted),)
        lines += (
            Line(Side.DEBIT, "4.1.09.001", granted, "Becas", sources=share),
            Line(Side.CREDIT, "4.1.01.001", granted, "Ingresos", sources=share),
        )
    revision, _ = revisions.freeze(
        ledger,
        box=box.id,
        day=day,
        snapshot_id=staging.snapshot_of(ledger, box.id, day),
        mapping=box.mapping,
        mapping_digest="0" * 64,
        tenant=box.erp.tenant,
        lot=box.erp.lot,
        entries=[JournalEntry(box.id, day, 1, box.currency, lines)],
        documents={one.key: one for one in documents},
    )
    return revision


def post(ledger: psycopg.Connection, revision: Revision) -> None:
    """Has the ERP acknowledge every entry of a revision, and the reversals of those that it replaces."""
    replaced = revisions.superseded(ledger, revision)
    reversals = [revisions.reversal(ledger, entry, revision) for entry in replaced]
    for entry in (*revisions.bookings(ledger, revision), *reversals):
        attempt = attempts.claim(ledger, entry, worker="test", lease_seconds=60)
        assert attempts.confirm(ledger, attempt, "000001")


def reconcile(ledger: psycopg.Connection, revision: Revision) -> str:
    """Compares the day and keeps it; returns its state."""
    comparisons = reconciliation.compare_day(ledger, revision)
    state = "reconciled" if all(row.agrees for row in comparisons) else "discrepancy"
    reconciliation.keep(ledger, revision, state, comparisons)
    return state


def close(
    ledger: psycopg.Connection, box: CashBox, day: date, *amounts: tuple[str, str], history: str = "Caja"
) -> Revision:
    """All of it."""
    revision = book(ledger, box, day, stage(ledger, box, day, *amounts), history)
    post(ledger, revision)
    assert reconcile(ledger, revision) == "reconciled"
    return revision


def month(ledger: psycopg.Connection, boxes: Sequence[CashBox], first: date, last: date) -> None:
    """Days of boxes as a group of schools would have them: busy at the month's start, quiet on Sundays, one day
    that stands out; closed.

    The first box has a day that differs, the second one with a posting whose outcome is not known, one that was read
    again and one of no activity; always the same figures.
    """
    random = Random(11)
    for place, box in enumerate(boxes):
        for ago in range((last - first).days + 1):
            day = first + timedelta(days=ago)
            busy = (1.5 if day.day <= 5 else 1) * (0.3 if day.weekday() == 6 else 1) * (4 if ago == 23 else 1)
            amounts = [
                (f"{random.uniform(40, 900) * busy * weight:.2f}", form)
                for form, weight in (("1", 1.6), ("6", 1.1), ("4", 0.9), ("5", 0.5), ("9", 0.3))
                for _ in range(random.randint(1, 3))
            ]
            if place == 0 and ago == 8:
                _differing(ledger, box, day, amounts)
            elif place == 1 and ago == 10:
                _uncertain(ledger, box, day, amounts)
            elif place == 1 and ago == 3:
                close(ledger, box, day, *amounts)
                stage(ledger, box, day, *amounts, ("12.00", "1"))
            elif place == 1 and day.weekday() == 6:
                reconciliation.keep(ledger, _nothing(ledger, box, day), "no activity", [])
            else:
                close(ledger, box, day, *amounts)


def _differing(ledger: psycopg.Connection, box: CashBox, day: date, amounts: list[tuple[str, str]]) -> None:
    documents = stage(ledger, box, day, *amounts)
    revision = book(ledger, box, day, documents[:-1])
    post(ledger, revision)
    assert reconcile(ledger, revision) == "discrepancy"


def _uncertain(ledger: psycopg.Connection, box: CashBox, day: date, amounts: list[tuple[str, str]]) -> None:
    (entry,) = revisions.bookings(ledger, book(ledger, box, day, stage(ledger, box, day, *amounts)))
    attempt = attempts.claim(ledger, entry, worker="test", lease_seconds=60)
    assert attempts.doom(ledger, attempt, "the ERP answered 504 with a page of HTML")


def _nothing(ledger: psycopg.Connection, box: CashBox, day: date) -> Revision:
    landed = landing.land(
        ledger,
        landing.Place(box.source, box.connection, box.key, day),
        asked={},
        received_at=datetime.now(UTC),
        body="[]",
        open_fields=NOTHING_OPEN,
    )
    landing.take(ledger, box.id, day, landed.snapshot_id, [], [])
    staging.replace(ledger, box.id, day, landed.snapshot_id, Reading())
    revision, _ = revisions.freeze(
        ledger, box=box.id, day=day, snapshot_id=landed.snapshot_id, mapping=box.mapping, mapping_digest="0" * 64,
        tenant=box.erp.tenant, lot=box.erp.lot, entries=[], documents={},
    )  # fmt: skip
    return revision

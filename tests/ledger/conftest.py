"""A small day of one box, for tests of the store."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, totals
from cierre.bookkeeping.journal import JournalEntry, Line, LineSource, Side
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing

DAY = date(2024, 9, 6)
PLACE = landing.Place("sga", "sga_itb", "164", DAY)


def payment(number: int, net: str, form: str = "1") -> Document:
    return Document(
        source="sga",
        kind=Kind.PAYMENT,
        source_id=f"0-{number}",
        business_date=DAY,
        currency="USD",
        form=form,
        amounts={"net": Decimal(net), "gross": Decimal(net)},
        attributes={"form": form, "fraud": "false"},
        place=f"0/PAGOS/{number}",
        reference=f"001-002-{number:09d}",
    )


def entry_of(*documents: Document, part: int = 1, box: str = "itb_caja_164") -> JournalEntry:
    total = sum((document.net for document in documents), Decimal(0))

    def line(side: Side, account: str, component: str) -> Line:
        sources = tuple(LineSource(document.key, component, document.amounts[component]) for document in documents)
        return Line(side, account, total, "Caja 164 06/09/2024", sources=sources)

    return JournalEntry(
        box, DAY, part, "USD", (line(Side.DEBIT, "1.1.01.001", "net"), line(Side.CREDIT, "4.1.01.001", "gross"))
    )


@pytest.fixture
def day() -> date:
    return DAY


@pytest.fixture
def make_payment():
    return payment


@pytest.fixture
def make_entry():
    return entry_of


@pytest.fixture
def reading() -> Reading:
    row = {"rcId": 7, "rcValorInicial": Decimal("5.00")}
    held = QuarantinedRow(
        "0/RC/0", Kind.RECEIPT, "", "no_cash", "no cash behind it", Decimal("5.00"), row, blocking=False
    )
    return Reading([payment(1, "35.30"), payment(2, "64.70", form="6")], [held])


@pytest.fixture
def snapshot_id(ledger, reading) -> int:
    landed = landing.land(
        ledger,
        PLACE,
        asked={"a": "facturacionNewProcess"},
        received_at=datetime(2024, 9, 7, 5, tzinfo=UTC),
        body='[{"PAGOS": []}]',
        open_fields=NOTHING_OPEN,
    ).snapshot_id
    landing.take(ledger, "itb_caja_164", DAY, landed, totals(reading.documents), [])
    return landed

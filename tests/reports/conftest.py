"""The box, the day and the mapping that these tests look at: the project's own."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document, Kind, Reading
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, revisions, staging

DAY = date(2024, 9, 6)


@pytest.fixture(scope="session")
def day() -> date:
    return DAY


HERE = Path(__file__).parents[2] / ".cache" / "hledger" / "usr" / "bin"


@pytest.fixture(scope="session")
def hledger_reads() -> Callable[..., str]:
    """``hledger_reads(file, "check", "--strict")``: what hledger says of a journal, which it must not object to."""
    found = shutil.which("hledger", path=f"{os.environ['PATH']}:{HERE}")
    if found is None:
        pytest.skip("hledger is neither installed nor fetched (sh local/hledger.sh), so it checked no exported journal")

    def run(file: Path, *command: str) -> str:
        asked = [found, "-f", str(file), *command]
        # Whatever the machine speaks, the journal is UTF-8.
        done = subprocess.run(asked, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def box() -> CashBox:
    return cash_box("itb_caja_164")


@pytest.fixture(scope="session")
def mapping() -> AccountMapping:
    return account_mapping("sga_ecuador")


@pytest.fixture(scope="session")
def payment() -> Callable[..., Document]:
    """``payment(7, net="35.30", form="6")``: cash of 35.30, of type 2 and programme 1, unless told otherwise."""

    def make(number: int, *, net: str = "35.30", scholarship: str = "0", on: date = DAY, **attributes: str) -> Document:
        known = {"form": "1", "revenue_type": "2", "programme": "1", "fraud": "false"} | attributes
        return Document(
            source="sga",
            kind=Kind.PAYMENT,
            source_id=f"0-{number}",
            business_date=on,
            currency="USD",
            form=known["form"],
            amounts={
                "net": Decimal(net),
                "promotion": Decimal("0.00"),
                "scholarship": Decimal(scholarship),
                "gross": Decimal(net) + Decimal(scholarship),
            },
            attributes=known,
            place=f"0/PAGOS/{number}",
            reference=f"001-002-{number:09d}",
        )

    return make


@pytest.fixture
def stage(ledger, box) -> Callable[..., int]:
    """``stage(day, *documents)``: a day that was landed, taken and staged; returns its snapshot."""

    def staged(day, *documents, quarantined=()) -> int:
        place = landing.Place(box.source, box.connection, box.key, day)
        snapshot = landing.land(
            ledger, place, asked={}, received_at=datetime.now(UTC), body=f"{documents}", open_fields=NOTHING_OPEN
        )
        landing.take(ledger, box.id, day, snapshot.snapshot_id, [], [])
        staging.replace(ledger, box.id, day, snapshot.snapshot_id, Reading(list(documents), list(quarantined)))
        return snapshot.snapshot_id

    return staged


@pytest.fixture
def book(ledger, box, mapping, stage) -> Callable[..., revisions.Revision]:
    """``book(day, *documents)``: a staged day derived by the project's own mapping, or another, and frozen."""

    def booked(day, *documents, mapping=mapping) -> revisions.Revision:
        revision, _ = revisions.freeze(
            ledger, box=box.id, day=day, snapshot_id=stage(day, *documents), mapping=mapping.name,
            mapping_digest=mapping.digest, tenant=box.erp.tenant, lot=box.erp.lot,
            entries=derive(documents, mapping, box, day).entries,
            documents={document.key: document for document in documents},
        )  # fmt: skip
        return revision

    return booked

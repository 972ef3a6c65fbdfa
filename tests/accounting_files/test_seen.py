"""Forms of payment and other values that came lately and that no mapping books."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cierre.accounting_files import mappings_folder
from cierre.accounting_files.check import sound
from cierre.bookkeeping.documents import Document, Kind, Reading
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, staging
from cierre.ledger.landing import Place
from cierre.reports.seen import unmapped

PLUGINS = Path(__file__).parents[2] / "plugins"
TODAY = date(2024, 9, 6)
ACCOUNTS = "accounts/sga_ecuador.yaml"


def payment(number: int, net: str, **attributes: str) -> Document:
    known = {"form": "1", "revenue_type": "2", "programme": "1", "fraud": "false"} | attributes
    money = {"net": Decimal(net), "promotion": Decimal("0.00"), "scholarship": Decimal("0.00"), "gross": Decimal(net)}
    return Document("sga", Kind.PAYMENT, f"0-{number}", TODAY, "USD", known["form"], money, known, "0/PAGOS/0")


@pytest.fixture
def stage(ledger):
    """A function that stages documents as a box's day, and gives what is then unmapped."""

    def staged(box: str, day: date, *documents: Document) -> list[str]:
        snapshot = landing.land(
            ledger,
            Place("sga", "sga_itb", "164", day),
            asked={},
            received_at=datetime.now(UTC),
            body="[]",
            open_fields=NOTHING_OPEN,
        )
        reading = Reading([document._replace(business_date=day) for document in documents])
        staging.replace(ledger, box, day, snapshot.snapshot_id, reading)
        return [str(finding) for finding in unmapped(ledger, *sound(), TODAY)]

    return staged


def line_of(text: str) -> int:
    return (mappings_folder() / ACCOUNTS).read_text(encoding="utf-8").split(text)[0].count("\n") + 1


def test_a_form_that_came_and_is_not_mapped_is_told_with_its_money_boxes_and_fix(stage):
    day = TODAY - timedelta(days=90)
    stage("itb_caja_164", day, payment(1, "10.00", form="21"), payment(2, "5.30", form="21"), payment(3, "7.00"))

    assert stage("itb_caja_165", TODAY, payment(1, "1.00", form="21")) == [
        f"{ACCOUNTS}:{line_of('    values:')}: tables.account_of_form.values: 3 documents of 16.30 USD "
        "(itb_caja_164, itb_caja_165, last on 2024-09-06) with form 21, which table account_of_form does not list; "
        'add "21": <code> to the values of table account_of_form'
    ]


def test_what_is_older_or_has_no_money_or_no_box_is_not_told(stage):
    unknown = payment(1, "10.00", form="21")
    assert stage("itb_caja_164", TODAY - timedelta(days=91), unknown) == []
    assert stage("itb_caja_164", TODAY, payment(1, "0.00", form="21")) == []
    assert stage("a_box_of_old", TODAY, unknown) == []


def test_each_amount_counts_by_its_own_rules(stage):
    # A programme without a cost centre keeps income from being booked, not the cash.
    (finding,) = stage("itb_caja_164", TODAY, payment(1, "10.00", programme="99"))

    assert "with programme 99, which table cost_centre_of_programme does not list" in finding


def test_the_command_looks_into_the_ledger_that_it_is_given(stage, ledger_dsn):
    stage("itb_caja_164", datetime.now(UTC).date(), payment(1, "10.00", form="21"))
    environment = os.environ | {"CIERRE_LEDGER_DSN": ledger_dsn}
    command = [sys.executable, "-m", "cierre.reports.check_files", "check"]
    ran = subprocess.run(command, cwd=PLUGINS, env=environment, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 1
    assert "1 document of 10.00 USD (itb_caja_164, last on" in ran.stdout
    assert ran.stderr == ""

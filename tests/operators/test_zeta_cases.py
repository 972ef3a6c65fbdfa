"""What shops with Zeta really have, closed through all steps: bodies as they were landed, and what is right for each.

The bodies stand in tests/cases/zeta, the outcomes in the table below: what the day books by account and side, or the
sentence that stops it. Their siblings of each kind are made in tests/hooks/test_zeta_documents.py.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files import cash_box
from cierre.closing.landed_day import LandedDay
from cierre.ledger import landing, overview, revisions
from cierre.ledger.landing import Place
from cierre.reports.audit import audit
from hooks.registry import SOURCES
from hooks.zeta.hook import ZetaHook
from support.zeta_site import landed, line, queried, sale

FOLDER = Path(__file__).parents[1] / "cases" / "zeta"
DAY = date(2024, 9, 6)
BOX = "itb_uruguay_1_2"
CASH, CUSTOMERS, ROUNDING = "1.1.01.001", "1.1.03.005", "5.2.01.001"
INCOME, INCOME_10, RETURNS = "4.1.02.003", "4.1.02.004", "4.2.02.002"
VAT, VAT_10, OTHERS = "2.1.02.002", "2.1.02.003", "2.1.01.003"

BOOKED = {
    "Z01-nc-with-discount-line": {(RETURNS, "D"): "90.00", (VAT, "D"): "19.80", (CASH, "C"): "109.80"},
    "Z03-sale-discount-line-other-rate": {
        (CASH, "D"): "111.00",
        (INCOME, "C"): "100.00",
        (VAT, "C"): "22.00",
        (INCOME_10, "D"): "10.00",
        (VAT_10, "D"): "1.00",
    },
    "Z04-rounded-to-peso": {
        (CASH, "D"): "123.00",
        (INCOME, "C"): "100.41",
        (VAT, "C"): "22.09",
        (ROUNDING, "C"): "0.50",
    },
    "Z27-on-behalf-lower": {(CASH, "D"): "122.00", (OTHERS, "C"): "122.00"},
}
STOPPED = {"Z05-usd-rate-1": "sale A-1: Cotizacion is 1, as if one USD were one UYU"}


def arrived(ledger, body: str) -> None:
    place = Place("zeta", "zeta", "*", DAY)
    site = ZetaHook("zeta").site
    landing.land(
        ledger,
        place,
        asked={},
        received_at=datetime.now(UTC),
        body=body,
        open_fields=SOURCES["zeta"].open_fields_of(body),
        site=site,
    )


@pytest.fixture
def closed(close, sandbox, ledger) -> Callable[[str], dict[tuple[str, str], str]]:
    """``closed(body)``: closes the day of a landed body, and gives what the ERP then holds by account and side."""

    def closed(body: str) -> dict[tuple[str, str], str]:
        arrived(ledger, body)
        assert close(BOX, DAY).all()["state"] == "reconciled"
        assert sandbox.calls("zeta") == 0
        (day,) = [row for row in overview.day(ledger, DAY) if row.box == BOX]
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for entry in revisions.bookings(ledger, revisions.current(ledger, BOX, DAY)):
            for one in revisions.journal_entry(ledger, entry).lines:
                found[one.account, one.side.value] += one.amount
        in_the_erp = [
            document
            for document in sandbox.protheus_ledger(live=True)
            if f"{document.lot}/{document.sublot}/{document.document}" in day.erp_documents
        ]
        for account in {account for account, _ in found}:
            balance = found[account, "D"] - found[account, "C"]
            assert sum(document.balance(account) for document in in_the_erp) == balance
        return {place: str(amount) for place, amount in found.items() if amount}

    return closed


def test_every_body_has_its_outcome_here():
    assert {path.stem for path in FOLDER.glob("*.json")} == BOOKED.keys() | STOPPED.keys()


@pytest.mark.parametrize("case", BOOKED)
def test_a_day_is_booked_as_it_is(closed, ledger, case):
    assert closed((FOLDER / f"{case}.json").read_text(encoding="utf-8")) == BOOKED[case]
    assert audit(ledger).sound


@pytest.mark.parametrize("case", STOPPED)
def test_a_day_that_cannot_be_believed_stops_with_a_sentence(closed, sandbox, ledger, case):
    with pytest.raises(AirflowFailException) as raised:
        closed((FOLDER / f"{case}.json").read_text(encoding="utf-8"))
    assert STOPPED[case] in str(raised.value)
    assert "Caja 2" in str(raised.value)
    assert len(ledger.execute("SELECT FROM staging.quarantined WHERE blocking").fetchall()) == 1
    assert sandbox.calls("protheus") == 0


def test_a_rate_of_one_is_booked_where_the_mapping_says_that_it_is_so(closed, mappings):
    file = mappings / "accounts" / "zeta_uruguay.yaml"
    file.write_text(f"{file.read_text()}\nat_par: [USD]\n")
    assert closed((FOLDER / "Z05-usd-rate-1.json").read_text()) == {
        ("1.1.01.004", "D"): "122.00",
        (INCOME, "C"): "100.00",
        (VAT, "C"): "22.00",
    }


@pytest.mark.parametrize("two", [2.0, "2.0", " 02 "])
def test_a_box_is_its_number_in_any_spelling(closed, two):
    body = landed(sale(CajaCodigo=two), query=[[queried(CajaCodigo=two)]])
    assert closed(body) == {(CASH, "D"): "122.00", (INCOME, "C"): "100.00", (VAT, "C"): "22.00"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (landed(sale(CajaCodigo="Caja 2"), query=[[queried(CajaCodigo="Caja 2")]]), "no local and caja by number"),
        (landed(sale(), lines=[line(rate="10.00")]), "at 10 percent comes to VAT of 10.00"),
        (landed(sale(MonedaSimbolo="U$S")), "MonedaCodigo 1 is UYU at this connection, but MonedaSimbolo says USD"),
        (landed(sale(), query=[[queried(Notas=["#CUENTAAJENA"])]]), "QueryVentas has no Notas that is a text"),
    ],
)
def test_what_is_not_certain_is_not_sent(closed, sandbox, body, said):
    with pytest.raises(AirflowFailException) as raised:
        closed(body)
    assert said in str(raised.value)
    assert sandbox.calls("protheus") == 0


def test_vat_that_does_not_fit_its_rate_is_released_by_a_person(close, ledger, sandbox, mappings):
    file = mappings / "cash_boxes" / f"{BOX}.yaml"
    file.write_text(f"{file.read_text()}\napprovals: {{unusual_vat: true}}\n")
    arrived(ledger, landed(sale(), lines=[line(rate="10.00")]))
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive"):
        run.step(step)
    with pytest.raises(AirflowFailException, match="before a person approves: 1 invoices are booked as they are told"):
        run.step("post")
    assert sandbox.calls("protheus") == 0


@pytest.mark.parametrize(
    "fields", [{}, {"MonedaCodigo": 2, "Cotizacion": "1.0000000"}], ids=["for a person", "for the mapping"]
)
def test_a_row_whose_texts_cannot_be_booked_is_released_by_nobody(fields):
    lines = [line(rate="22.00" if fields else "10.00", MonedaCodigo=fields.get("MonedaCodigo", 1))]
    body = landed(sale(FacturaSerieNumero="A\x001", **fields), lines=lines)
    (row,) = LandedDay(cash_box(BOX), DAY, body, lambda *_: ()).reading().quarantined
    assert (row.reason, row.blocking, row.release, row.at_par) == ("unfit_text", True, None, None)


def test_a_total_that_is_rounded_by_more_than_the_mapping_takes_stops_the_day(closed, mappings, sandbox):
    file = mappings / "accounts" / "zeta_uruguay.yaml"
    said = yaml.safe_load(file.read_text())
    assert said["rounding"]["up_to"] == 0.5
    file.write_text(file.read_text().replace("up_to: 0.50", "up_to: 0.49"))
    with pytest.raises(AirflowFailException) as raised:
        closed((FOLDER / "Z04-rounded-to-peso.json").read_text())
    assert "whose total (A-1) is off its parts by 0.50, more than the 0.49 UYU" in str(raised.value)
    assert sandbox.calls("protheus") == 0


def test_a_credit_note_with_a_discount_is_taken_back_whole_when_it_changes(closed, close, ledger, sandbox):
    """What was booked on the other side is reversed there, and the day still agrees to the cent."""
    body = json.loads((FOLDER / "Z03-sale-discount-line-other-rate.json").read_text())
    closed(json.dumps(body))
    again = landed(sale(), lines=[line()], query=[[queried()]])
    assert closed(again) == {(CASH, "D"): "122.00", (INCOME, "C"): "100.00", (VAT, "C"): "22.00"}
    turned = ledger.execute(
        "SELECT component, sum(cardinality(amounts)) FROM ledger.line_documents WHERE turned GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [tuple(row) for row in turned] == [("base_minimum", 2), ("vat_minimum", 2)]
    assert audit(ledger).sound


def test_cash_and_credit_exchanged_by_another_numbering_stop_the_day_with_both(closed, sandbox):
    row = sale(ComprobanteTipo=3, CondicionPagoNombre="Crédito 30 días")
    with pytest.raises(AirflowFailException) as raised:
        closed(landed(row, query=[[queried(ComprobanteTipoNombre="Factura de Venta Crédito")]]))
    said = str(raised.value)
    assert "ComprobanteTipo 3 stands for a cash sale" in said
    assert "ComprobanteTipoNombre “Factura de Venta Crédito”" in said
    assert "voucher_types of the connection" in said
    assert sandbox.calls("protheus") == 0

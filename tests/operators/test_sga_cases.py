"""What SGA really sent, through all steps: each body of tests/cases/sga, with the outcome that is right."""

import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.board.privacy import readable
from cierre.ledger import personal
from cierre.ledger.board import Day
from cierre.ledger.landing import as_text
from hooks.sga.hook import SgaHook

CASES = Path(__file__).parents[1] / "cases" / "sga"
BOX, DAY = "itb_caja_164", date(2024, 9, 6)
PEOPLE = ("Vera", "Núñez", "Higgins", "Luis", "0912345678", "0999123456", "Quito")
"""Names, numbers and addresses of the cases."""


@dataclass(frozen=True)
class Outcome:
    """``held``: places of quarantined rows with their reasons; ``said``: what stops the day, empty where it closes."""

    booked: str
    held: tuple[tuple[str, str], ...] = ()
    said: str = ""


OUTCOMES = {
    "S01-nul-in-payer-name-booked": Outcome("30.00"),
    "S02-nul-in-name-of-no-cash-receipt": Outcome("10.00", (("0/RC/0", "no_cash"),)),
    "S03-nul-in-name-of-blocking-row": Outcome("0", (("0/PAGOS/0", "unknown_form"),), "formaPagoId '99' is no form"),
    "S04-nul-in-invoice-number": Outcome(
        "0", (("0/PAGOS/0", "unfit_text"),), r"facturaNumero cannot be booked: it holds the character U\+0000"
    ),
    "S05-lone-surrogate-name-booked": Outcome("10.00"),
    "S08-newline-in-invoice-number": Outcome("10.00"),
    "S12-thousands-text": Outcome(
        "0", (("0/PAGOS/0", "bad_amount"),), r"pagoValor is '1\.234', which has more decimals than USD has \(2\)"
    ),
    "S35-nan": Outcome("0", (("0/PAGOS/0", "bad_amount"),), "pagoValor is 'NaN', which is no amount of money"),
    "S38-bracket-date-in-invoice": Outcome("10.00"),
    "S43-duplicate-json-keys": Outcome("0", (("0/PAGOS/0", "repeated_field"),), "the field pagoValor stands twice"),
    # And more of their kinds.
    "raw-nul-and-tab-in-a-name": Outcome("10.00"),
    "name-twice-in-one-row": Outcome("0", (("0/PAGOS/0", "repeated_field"),), "inscripcionNombre stands twice"),
    "row-nested-in-an-amount": Outcome("0", (("0/PAGOS/0", "bad_amount"),), "pagoValor is an object, which is no"),
    "exponent-as-text": Outcome("0", (("0/PAGOS/0", "bad_amount"),), "'1e3', which is no amount of money"),
    "floating-point-noise": Outcome("35.30"),
    "more-than-the-books-hold": Outcome("0", (("0/PAGOS/0", "bad_amount"),), "which is more than the books can hold"),
    "bell-in-the-number-of-a-credit-note": Outcome(
        "0", (("0/NC/0", "unfit_text"),), r"ncId cannot be booked: it holds the character U\+0007"
    ),
    "half-an-emoji-in-a-career": Outcome(
        "0", (("0/PAGOS/0", "unfit_text"),), r"carreraId cannot be booked: it holds the character U\+D83D"
    ),
}


def test_every_case_that_lies_there_has_its_outcome():
    assert {file.stem for file in CASES.glob("*.json")} == OUTCOMES.keys()


@pytest.fixture
def answers(monkeypatch):
    """``answers(text)``: what SGA says from now on."""
    return lambda text: monkeypatch.setattr(SgaHook, "ask", lambda *_args, **_kwargs: text)


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_day_of_sga_as_it_came_is_booked_or_one_row_is_named(close, answers, ledger, capfd, caplog, name):
    caplog.set_level(logging.DEBUG)
    right = OUTCOMES[name]
    came = (CASES / f"{name}.json").read_bytes()
    answers(came.decode())
    run = close(BOX, DAY)
    if right.said:
        run.step("land")
        with pytest.raises(AirflowFailException, match=right.said) as raised:
            run.step("stage")
        assert "Caja 164, ITB, 2024-09-06: rows that cannot be booked stop the day" in str(raised.value)
        assert all(place in str(raised.value) for place, _ in right.held)
        assert raised.value.__cause__ is None
        told = str(raised.value)
    else:
        told = str(run.all())
    booked = ledger.execute("SELECT coalesce(sum(total), 0) FROM ledger.entry").fetchone()[0]
    assert booked == Decimal(right.booked)
    held = ledger.execute("SELECT place, reason FROM staging.quarantined ORDER BY place").fetchall()
    assert tuple(map(tuple, held)) == right.held
    assert_kept_as_it_came(ledger, came)
    assert_every_row_can_be_looked_at(ledger)
    log = capfd.readouterr()
    assert [one for one in PEOPLE if one in told + log.out + log.err + caplog.text] == []


def assert_kept_as_it_came(ledger, came: bytes) -> None:
    """Joined with its personal values it is the same JSON; byte for byte where a text can hold it."""
    ((snapshot_id, body),) = ledger.execute(
        "SELECT snapshot_id, body FROM landing.snapshot JOIN landing.body USING (sha256)"
    ).fetchall()
    assert personal.whole(ledger, snapshot_id, body) == as_text(came.decode(errors="surrogatepass"))
    assert [one for one in PEOPLE if one in body] == []


def assert_every_row_can_be_looked_at(ledger) -> None:
    rows = ledger.execute(
        "SELECT snapshot_id, place FROM staging.day JOIN (SELECT box, business_date, place FROM staging.document"
        " UNION SELECT box, business_date, place FROM staging.quarantined) AS row USING (box, business_date)"
    ).fetchall()
    assert rows
    for row in rows:
        found = Day(ledger, BOX, DAY).source_row(row.snapshot_id, row.place)
        whole = Day(ledger, BOX, DAY).source_row(row.snapshot_id, row.place, whole=True)
        for fields in (readable(found.row), readable(whole.row)):
            assert fields
            assert "\0" not in "".join(f"{field.path}{field.value}" for field in fields)
            "".join(f"{field.path}{field.value}" for field in fields).encode()

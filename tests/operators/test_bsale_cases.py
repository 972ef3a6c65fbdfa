"""Days as Bsale sends them (tests/cases/bsale), through the steps of a close, each with the outcome that is right."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

from hooks.bsale.hook import BsaleHook
from hooks.http.hook import Answer

DAY = date(2024, 9, 6)
BOX = "austral_oficina_1"
CASES = Path(__file__).parents[1] / "cases" / "bsale"
TILL, VAT, INCOME, RETURNS, ADVANCES = "1.1.01.001", "2.1.02.001", "4.1.02.001", "4.2.02.002", "2.1.01.002"


@pytest.fixture
def day(close, monkeypatch):
    """``day(name)``: a close of a day for which Bsale answers with a case's body."""

    def answered(name: str):
        (path,) = CASES.glob(f"{name}-*.json")
        body = path.read_text(encoding="utf-8")
        monkeypatch.setattr(BsaleHook, "fetch", lambda *_: Answer({}, datetime.now(UTC), body))
        return close(BOX, DAY)

    return answered


@pytest.fixture
def write(mappings):
    """Changes a text in the mapping of the offices, which must be there."""

    def write(old: str, new: str) -> None:
        path = mappings / "accounts" / "bsale_chile.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return write


@pytest.fixture
def without_refunds(mappings) -> None:
    """The offices' mapping as it was before it said anything of refunds."""
    path = mappings / "accounts" / "bsale_chile.yaml"
    text = path.read_text(encoding="utf-8").split("  # Money that goes out")[0]
    table = text.index("  # What is given back"), text.index("  # Cost centres, by office.")
    path.write_text(text[: table[0]] + text[table[1] :], encoding="utf-8")


def balances(sandbox) -> dict[str, int]:
    """What the ERP holds by account: debit less credit."""
    documents = sandbox.protheus_ledger(live=True)
    fields = ("CT2_DEBITO", "CT2_CREDIT")
    lines = [line for document in documents for line in document.lines]
    accounts = {line[field] for line in lines for field in fields if line.get(field)}
    return {account: int(sum(document.balance(account) for document in documents)) for account in accounts}


def refused(day, step: str) -> str:
    with pytest.raises(AirflowFailException) as raised:
        day.step(step)
    return str(raised.value)


@pytest.mark.parametrize(("name", "said"), [("B01", "'12.990'"), ("B02", "990.5")])
def test_an_amount_finer_than_a_peso_is_quarantined_and_stops_the_day(day, sandbox, ledger, name, said):
    run = day(name)
    run.step("land")
    told = refused(run, "stage")
    assert f"payments/0 (bad amount): the amount of payment 1 is {said}, and CLP has 0 decimals: correct it" in told
    assert ledger.execute("SELECT place, net FROM staging.quarantined").fetchall() == [("payments/0", None)]
    assert sandbox.calls("protheus") == 0


def test_a_payment_below_zero_is_money_given_back(day, sandbox):
    assert day("B04").all()["state"] == "reconciled"
    assert balances(sandbox) == {TILL: 1190 - 500, INCOME: -1000, RETURNS: 420, VAT: -190 + 80}


def test_a_credit_note_that_is_paid_out_credits_the_till(day, sandbox):
    assert day("B07").all()["state"] == "reconciled"
    assert balances(sandbox) == {TILL: -1190, RETURNS: 1000, VAT: 190}


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("B04", "1 refund of 500 CLP (payment 2 of document 92)"),
        ("B07", "1 refund of 1,190 CLP (payment 1 of document 91)"),
    ],
)
def test_without_postings_for_refunds_the_day_says_so_and_offers_them_the_right_way_round(
    day, sandbox, without_refunds, name, named
):
    run = day(name)
    run.step("land"), run.step("stage")
    told = refused(run, "derive")
    assert f"{named} for which mapping bsale_chile has no postings; add refund to the postings" in told
    assert re.findall(r"side: (\w+)\s+amount: (\w+)", told) == [
        ("credit", "net"),
        ("debit", "base"),
        ("debit", "vat"),
        ("debit", "reopened"),
    ]
    assert sandbox.calls("protheus") == 0


def test_a_kind_of_document_of_which_nobody_says_what_it_is_is_told_with_payment_document_money_and_line(day, sandbox):
    run = day("B42")
    run.step("land"), run.step("stage")
    told = refused(run, "derive")
    assert (
        "1 payment of 1,000 CLP (payment 1 of document 91) with document type 52, which document_types does not list;"
        ' add "52": <taxed, exempt, advance or not_a_sale> to document_types' in told
    )
    assert 'document_types:\n  "52": <taxed | exempt | advance | not_a_sale>  # 1 document, 1,000 CLP' in told
    assert sandbox.calls("protheus") == 0


@pytest.mark.parametrize(
    ("word", "booked"),
    [
        ("advance", {TILL: 1000, ADVANCES: -1000}),
        ("not_a_sale", {TILL: 1000, "2.1.01.003": -1000}),
        ("taxed", {TILL: 1000, INCOME: -840, VAT: -160}),
        ("exempt", {TILL: 1000, INCOME: -1000}),
        ("[{treatment: advance}, {treatment: taxed, valid_from: 2024-09-07}]", {TILL: 1000, ADVANCES: -1000}),
        ("[{treatment: advance}, {treatment: exempt, valid_from: 2024-09-06}]", {TILL: 1000, INCOME: -1000}),
    ],
)
def test_once_the_mapping_says_what_the_kind_is_the_day_is_booked_by_clearing_derive(day, sandbox, write, word, booked):
    run = day("B42")
    run.step("land"), run.step("stage")
    refused(run, "derive")
    write("document_types:\n", f"document_types:\n  52: {word}\n")
    write("      33: 4.1.02.001", "      52: 4.1.02.001\n      33: 4.1.02.001")
    for step in ("derive", "approve", "post", "reconcile"):
        run.step(step)
    assert balances(sandbox) == booked


def test_a_rate_of_vat_holds_from_its_day(day, sandbox, write):
    write(
        "  - {rate: 19, valid_from: 2003-10-01}\n",
        "  - {rate: 19, valid_from: 2003-10-01}\n  - {rate: 25, valid_from: 2024-09-06}\n",
    )
    day("B07").all()
    assert balances(sandbox) == {TILL: -1190, RETURNS: 952, VAT: 238}

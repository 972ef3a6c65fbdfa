"""Months that the ERP closes while a day is on its way: dated by the periods as they are at each post."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import overview
from sandbox.protheus.fields import CREDIT_SIDE, DEBIT_SIDE
from support.person import answers, asked

BOX, TENANT, CAJA, DAY = "itb_caja_164", "itb", 164, date(2024, 9, 6)
OCTOBER = date(2024, 10, 1)


@pytest.fixture
def periods(mappings):
    """``periods("2024-10-01")``: moves the tenant's date in periods.yaml."""

    def move(first_open: str) -> None:
        file = mappings / "periods.yaml"
        file.write_text(file.read_text().replace('"T1,D MG 01 ": 2020-01-01', f'"T1,D MG 01 ": {first_open}'))

    return move


def live(sandbox):
    return sandbox.protheus_ledger(lot="008964", live=True)


def balances(documents) -> dict[str, Decimal]:
    """Debits less credits by account, of all documents, without those that come to nothing."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for document in documents:
        for account in {line[side["account"]] for line in document.lines for side in (DEBIT_SIDE, CREDIT_SIDE)} - {""}:
            sums[account] += document.balance(account)
    return {account: balance for account, balance in sums.items() if balance}


def histories(document) -> set[str]:
    return {line["CT2_HIST"][:13] for line in document.lines}


def steps(run, *names: str) -> None:
    for name in names:
        run.step(name)


def state(ledger) -> str:
    (found,) = overview.day(ledger, DAY)
    return found.state


def test_a_month_closed_between_derive_and_post_takes_both_halves_of_a_correction_to_the_first_open_date(
    close, sandbox, ledger, periods
):
    run = close(BOX, DAY)
    run.all()
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    steps(run, "land", "stage", "derive", "approve")
    sandbox.set_protheus(closed_until="2024-09-30")
    periods("2024-10-01")
    steps(run, "post")
    assert run.step("reconcile")["state"] == "reconciled"
    original, replacement, reversal = live(sandbox)
    assert [one.entry_date for one in (original, replacement, reversal)] == [DAY, OCTOBER, OCTOBER]
    assert balances([original, reversal]) == {}
    assert balances(live(sandbox)) == balances([replacement])
    assert replacement.debit - original.debit == Decimal("12.34")
    assert histories(replacement) == histories(reversal) == {"Corr 06/09/24"}
    chain = ledger.execute("SELECT standing, meant_date, entry_date FROM ledger.chain").fetchall()
    assert [tuple(row) for row in chain if row.standing != "never stood"] == [
        ("reversed", DAY, DAY), ("reversal", DAY, OCTOBER), ("standing", DAY, OCTOBER)
    ]  # fmt: skip


@pytest.mark.parametrize("calendar_first", [False, True])
@pytest.mark.parametrize("correction", ["reversal", "delete"])
def test_a_period_that_only_the_erp_tells_of_leaves_the_old_books_and_says_what_to_do(
    close, sandbox, ledger, mappings, periods, calendar_first, correction
):
    box = mappings / "cash_boxes" / f"{BOX}.yaml"
    box.write_text(box.read_text().replace("  lot: 008964", f"  lot: 008964\n  correction: {correction}"))
    run = close(BOX, DAY)
    run.all()
    before = live(sandbox)
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    sandbox.set_protheus(closed_until="2024-09-30", calendar_first=calendar_first)
    steps(run, "land", "stage", "derive", "approve")
    for _ in range(3):
        with pytest.raises(AirflowFailException) as refused:
            run.step("post")
        told = str(refused.value)
        assert told.index("insert of") < told.index("cerrado para la fecha 06/09/2024")
        assert "delete of" not in told
        assert "include/mappings/periods.yaml" in told
        assert '"T1,D MG 01 ": 2024-10-01' in told
        assert "clear the task derive" in told
        assert live(sandbox) == before
        assert state(ledger) == "open"
    periods("2024-10-01")
    steps(run, "derive", "approve", "post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert sum(1 for one in live(sandbox) if one.entry_date == OCTOBER) == 2
    assert balances(live(sandbox)) == balances(live(sandbox)[1:2])


def test_the_first_books_of_a_day_in_a_closed_month_wait_for_a_person_and_say_which_day_they_are_of(
    close, sandbox, ledger, periods, monkeypatch
):
    sandbox.set_protheus(closed_until="2024-09-30")
    periods("2024-10-01")
    run = close(BOX, DAY)
    steps(run, "land", "stage", "derive")
    with pytest.raises(AirflowFailException, match="The period of 2024-09-06 is closed"):
        run.step("post")
    assert live(sandbox) == []
    assert "would go to 2024-10-01, the first open date" in asked(run, monkeypatch)
    answers(run)
    steps(run, "post")
    assert run.step("reconcile")["state"] == "reconciled"
    (document,) = live(sandbox)
    assert document.entry_date == OCTOBER
    assert histories(document) == {"Del 06/09/24 "}
    row = ledger.execute("SELECT business_date, meant_date, entry_date FROM ledger.chain").fetchone()
    assert tuple(row) == (DAY, DAY, OCTOBER)


def test_a_box_may_say_that_late_first_books_ask_nobody(close, sandbox, mappings, periods):
    box = mappings / "cash_boxes" / f"{BOX}.yaml"
    box.write_text(box.read_text() + "\napprovals:\n  closed_period: false\n")
    sandbox.set_protheus(closed_until="2024-09-30")
    periods("2024-10-01")
    assert close(BOX, DAY).all()["state"] == "reconciled"


def test_a_first_close_that_the_erp_refuses_for_its_period_is_dated_anew_and_asks_then(
    close, sandbox, periods, monkeypatch
):
    sandbox.set_protheus(closed_until="2024-09-30", calendar_first=True)
    run = close(BOX, DAY)
    steps(run, "land", "stage", "derive", "approve")
    with pytest.raises(AirflowFailException, match=r"periods\.yaml"):
        run.step("post")
    periods("2024-10-01")
    with pytest.raises(AirflowFailException, match="before a person approves"):
        run.step("post")
    steps(run, "derive")
    assert "first open date" in asked(run, monkeypatch)
    answers(run)
    steps(run, "post", "reconcile")
    assert [one.entry_date for one in live(sandbox)] == [OCTOBER]


def test_a_period_that_is_opened_again_takes_the_day_where_it_belongs(close, sandbox, periods, mappings):
    sandbox.set_protheus(closed_until="2024-09-30")
    periods("2024-10-01")
    run = close(BOX, DAY)
    steps(run, "land", "stage", "derive")
    sandbox.set_protheus(closed_until=None)
    file = mappings / "periods.yaml"
    file.write_text(file.read_text().replace("2024-10-01", "2020-01-01"))
    steps(run, "post", "reconcile")
    (document,) = live(sandbox)
    assert document.entry_date == DAY
    assert histories(document) & {"Del 06/09/24 ", "Corr 06/09/24"} == set()


def test_an_approval_stays_where_only_the_date_changes_after_it(close, sandbox, mappings, periods, monkeypatch):
    box = mappings / "cash_boxes" / f"{BOX}.yaml"
    box.write_text(box.read_text() + "\napprovals:\n  corrections: true\n")
    run = close(BOX, DAY)
    run.all()
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    steps(run, "land", "stage", "derive")
    assert "was posted before and its books changed" in asked(run, monkeypatch)
    answers(run)
    sandbox.set_protheus(closed_until="2024-09-30")
    periods("2024-10-01")
    steps(run, "post")
    assert run.step("reconcile")["state"] == "reconciled"

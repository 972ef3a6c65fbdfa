"""A correction of a day whose document somebody changed in the ERP: the books there are right to the cent, or nothing
is sent before they can be."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.bookkeeping.tie_out import State
from cierre.closing.tie_out import compare, months_of
from cierre.ledger import capabilities, tie_outs
from cierre.ledger.capabilities import Capability

BOX, DAY, LOT, MONTH = "itb_caja_164", date(2024, 9, 6), "008964", date(2024, 9, 1)
CASH = "1.1.01.001"
LATE, CENT = Decimal("12.50"), Decimal("0.01")


@pytest.fixture(autouse=True)
def _readable(sandbox, ledger):
    """The site offers the query, and a probe has found so."""
    sandbox.set_protheus(generic_query=True)
    found(ledger, "read_back")


def found(ledger, capability: str, *, holds: bool = True) -> None:
    """A probe found out something about the site."""
    capabilities.save(ledger, "protheus", "T1,D MG 01 ", [Capability(capability, holds, "seen by a test")])


@pytest.fixture
def edit(sandbox) -> Callable[..., Callable[[], None]]:
    """``edit(line, CT2_VALOR="0.01")``: somebody changes a line of the day's only document on the ERP's screen; gives
    what sets it back."""

    def edit(line: int, **fields: str) -> Callable[[], None]:
        (document,) = sandbox.protheus_ledger(live=True, day=DAY, lot=LOT)
        before = {name: document.lines[line - 1][name] for name in fields}
        sandbox.edit_document(document, line, **fields)
        return lambda: sandbox.edit_document(document, line, **before)

    return edit


@pytest.fixture
def by_delete(mappings) -> None:
    """The box's corrections delete what they replace."""
    file = mappings / "cash_boxes" / f"{BOX}.yaml"
    file.write_text(file.read_text().replace(f"  lot: {LOT}", f"  lot: {LOT}\n  correction: delete"))


def cash_in_the_erp(sandbox) -> Decimal:
    return sum((one.balance(CASH) for one in sandbox.protheus_ledger(live=True, lot=LOT)), Decimal(0))


def ties(ledger) -> State:
    compare(ledger, months_of(ledger, MONTH, None, "itb"))
    return next(
        one.state for one in tie_outs.newest(ledger, MONTH, MONTH).values() if one.month.tenant == "T1,D MG 01 "
    )


@pytest.mark.parametrize("own_address", [True, False], ids=["reversed by the ERP", "reversed by an entry"])
def test_a_correction_waits_until_a_cent_that_was_edited_is_set_back_and_then_the_erp_is_right(
    close, sandbox, ledger, edit, own_address
):
    found(ledger, "own_reversal_address", holds=own_address)
    close(BOX, DAY).all()
    booked = cash_in_the_erp(sandbox)
    assert booked == Decimal("4424.60")  # the worked example of docs/accountants
    set_back = edit(1, CT2_VALOR=str(cash_line(sandbox) - CENT))
    sandbox.pay_late("itb", 164, DAY, form=1, amount=LATE)
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive"):
        run.step(step)
    with pytest.raises(AirflowFailException, match="what the correction reverses was changed in the ERP") as refused:
        run.step("post")
    line = f"document 000001 at 06/09/2024 lot {LOT} sublot 001 of T1,D MG 01, line 001: debit {CASH} 4,153.06 was"
    assert f"{line} posted, debit {CASH} 4,153.05 stands there" in str(refused.value)
    assert cash_in_the_erp(sandbox) == booked - CENT  # nothing was sent
    set_back()
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert cash_in_the_erp(sandbox) == booked + LATE
    assert ties(ledger) is State.TIED_OUT


def cash_line(sandbox) -> Decimal:
    (document,) = sandbox.protheus_ledger(live=True, day=DAY, lot=LOT)
    assert document.lines[0]["CT2_DEBITO"].strip() == CASH
    return Decimal(document.lines[0]["CT2_VALOR"])


@pytest.mark.usefixtures("by_delete")
def test_a_correction_that_deletes_takes_the_edited_cent_with_it(close, sandbox, ledger, edit):
    close(BOX, DAY).all()
    booked = cash_in_the_erp(sandbox)
    edit(1, CT2_VALOR=str(cash_line(sandbox) - CENT))
    sandbox.pay_late("itb", 164, DAY, form=1, amount=LATE)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert cash_in_the_erp(sandbox) == booked + LATE
    assert ties(ledger) is State.TIED_OUT


@pytest.mark.usefixtures("by_delete")
def test_in_a_closed_period_nothing_is_deleted_so_the_correction_waits(close, sandbox, edit, mappings):
    close(BOX, DAY).all()
    edit(1, CT2_VALOR=str(cash_line(sandbox) - CENT))
    (mappings / "periods.yaml").write_text('open_from:\n  "T1,D MG 01 ": "2024-10-01"\n')
    sandbox.pay_late("itb", 164, DAY, form=1, amount=LATE)
    with pytest.raises(AirflowFailException, match="clear the task post of this run, which reads"):
        close(BOX, DAY).all()
    assert len(sandbox.protheus_ledger(live=True, lot=LOT)) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"CT2_DEBITO": "1.1.01.003"}, f"debit {CASH} 4,153.06 was posted, debit 1.1.01.003 4,153.06 stands there"),
        ({"CT2_TPSALD": "9"}, f"debit {CASH} 4,153.06 is kept outside the balances (type 9)"),
    ],
)
def test_the_line_to_set_back_is_named_with_what_was_posted(close, sandbox, edit, fields, words):
    close(BOX, DAY).all()
    edit(1, **fields)
    sandbox.pay_late("itb", 164, DAY, form=1, amount=LATE)
    with pytest.raises(AirflowFailException) as refused:
        close(BOX, DAY).all()
    assert words in str(refused.value)


@pytest.mark.parametrize("own_address", [True, False], ids=["reversed by the ERP", "reversed by an entry"])
def test_a_document_that_is_gone_is_not_reversed(close, sandbox, ledger, own_address):
    found(ledger, "own_reversal_address", holds=own_address)
    close(BOX, DAY).all()
    (document,) = sandbox.protheus_ledger(live=True, lot=LOT)
    sandbox.remove_document(document)
    sandbox.pay_late("itb", 164, DAY, form=1, amount=LATE)
    with pytest.raises(AirflowFailException, match=r"document 000001 at .* is not in the ERP any more"):
        close(BOX, DAY).all()
    assert sandbox.protheus_ledger(live=True, lot=LOT) == []


def test_a_history_that_somebody_changed_holds_no_correction_up(close, sandbox, edit):
    close(BOX, DAY).all()
    edit(1, CT2_HIST="Another history")
    sandbox.pay_late("itb", 164, DAY, form=1, amount=LATE)
    assert close(BOX, DAY).all()["state"] == "reconciled"


def test_a_day_that_is_closed_again_with_nothing_new_is_not_read_before_posting(close, sandbox, edit):
    close(BOX, DAY).all()
    edit(1, CT2_VALOR="0.01")
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "post"):
        run.step(step)

"""A line that somebody edits in the ERP, and a payment that comes late to the same day: what is found is told in
Spanish, another person than who ran it approves the correction, and in the end the ERP is right to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cierre.bookkeeping.tie_out import State
from e2e import doing
from e2e.conftest import System

BOX, TENANT, CAJA, LOT = "itb_caja_155", "itb", 155, doing.lot_of(155)
CASH, CENT, LATE = "1.1.01.001", Decimal("0.01"), Decimal("12.50")


@pytest.mark.more
def test_an_edited_cent_is_found_set_back_and_the_approved_correction_leaves_the_erp_right_to_the_cent(
    system: System, boxes: list[str]
):
    day, dag = a_working_day_that_is_read_again(), f"cash_close__{BOX}"
    doing.school_box(system, CAJA, also="approvals:\n  corrections: true")
    assert system.close(BOX, day) == "success"
    in_cash, paid = doing.in_the_erp(system, LOT, day)[CASH], in_source(system, day)
    (document,) = system.live(LOT, day)
    amount = Decimal(document.lines[0]["CT2_VALOR"])
    system.sandbox.edit_document(document, 1, CT2_VALOR=str(amount - CENT))

    doing.start(system, "erp_read_back")
    assert doing.mailed(system, "Caja 155, ITB: el ERP tiene otra cosa que la registrada", " contra ")
    assert doing.state(system, BOX, day) == "discrepancy"

    system.sandbox.pay_late(TENANT, str(CAJA), day, 1, LATE)
    run = system.trigger(BOX, day)
    doing.approve(system, BOX, run, "ana")
    assert system.finished(BOX, run) == "failed"
    line = f"debe {CASH} {spanish(amount)}, y ahí hay debe {CASH} {spanish(amount - CENT)}"
    assert doing.mailed(system, "Caja 155, ITB", line)
    assert len(system.live(LOT, day)) == 1  # nothing was sent

    system.sandbox.edit_document(document, 1, CT2_VALOR=str(amount))
    system.api.clear(dag, run, "post")
    system.wait(lambda: system.api.run_state(dag, run) == "success", "the cleared run")
    assert len(system.live(LOT, day)) == 3  # the first, its reversal, the corrected one
    assert doing.in_the_erp(system, LOT, day) == doing.booked(system, BOX, day)
    assert doing.in_the_erp(system, LOT, day)[CASH] == in_cash + LATE
    assert in_source(system, day) == paid + LATE
    assert doing.state(system, BOX, day) == "closed"
    assert doing.who_approved(system, BOX, day) == ["ana"]

    assert doing.tied_out(system, BOX, TENANT, day.replace(day=1)).state == State.TIED_OUT


def a_working_day_that_is_read_again() -> date:
    """A Wednesday of this or the last month: others are not read again at night."""
    today = date.today()
    return today - timedelta(days=14 + (today.weekday() - 2) % 7)


def spanish(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def in_source(system: System, day: date) -> Decimal:
    """What the source's own books have of payments in cash."""
    return system.sandbox.books(TENANT, CAJA, day).payments["1"].amount

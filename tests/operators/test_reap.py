from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowException

from cierre.accounting_files.loader import cash_box
from cierre.closing.reap import last_call
from cierre.ports.errors import UncertainError
from operators.reap import ReapOperator

BOX, DAY = "itb_caja_164", date(2024, 9, 6)
CONTEXT = {"ti": SimpleNamespace(log_url="http://127.0.0.1/log")}


@pytest.fixture
def uncertain(close, sandbox):
    """A close whose insert was carried out, whose answer was lost, and whose address could not be emptied."""
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=1)
    unreachable = sandbox.faults.add("drop_before", vendor="protheus", operation="delete", times=None)
    run = close(BOX, DAY)
    for name in ("land", "stage", "derive"):
        run.step(name)
    with pytest.raises(UncertainError):
        run.step("post")
    return unreachable


def sweep() -> dict:
    return ReapOperator(task_id="reap").execute(CONTEXT)


def test_an_uncertain_address_is_emptied_as_soon_as_the_erp_answers(uncertain, sandbox):
    with pytest.raises(AirflowException, match=r"still uncertain[\s\S]*itb_caja_164.*sublot 001"):
        sweep()
    sandbox.faults.remove(uncertain)
    assert sweep() == {"given_up": 0, "emptied": 1, "removed": 1}
    assert sandbox.protheus_ledger(live=True) == []
    assert sweep() == {"given_up": 0, "emptied": 0, "removed": 0}


def test_with_nothing_to_do_the_erp_is_not_asked(close, sandbox):
    close(BOX, DAY).all()
    before = sandbox.calls("protheus")
    assert sweep()["emptied"] == 0
    assert sandbox.calls("protheus") == before


@pytest.mark.parametrize(
    ("now", "calls"),
    [
        (datetime(2024, 10, 4, 4, 59, tzinfo=UTC), False),
        (datetime(2024, 10, 4, 5, 0, tzinfo=UTC), True),
        (datetime(2024, 10, 5, 4, 59, tzinfo=UTC), True),
        (datetime(2024, 10, 5, 5, 0, tzinfo=UTC), False),
    ],
)
def test_the_last_call_of_a_month_is_the_day_before_the_erp_closes_it_in_the_boxs_zone(now, calls):
    box = cash_box(BOX)
    locking = box.model_copy(update={"erp": box.erp.model_copy(update={"locks_on_day": 5})})
    call = last_call(locking, now)
    assert bool(call) == calls
    if call:
        assert (call.first, call.last) == (date(2024, 9, 1), date(2024, 9, 30))
    assert last_call(box, now) is None

from datetime import UTC, date, datetime, timedelta

import pytest
from rich.console import Console

from local.backfill import backfill
from local.errors import LocalError
from local.second_look import second_look
from local.settings import Ports
from local.stack import Stack
from local.tie_out import tie_out

FIRST, LAST = date(2024, 9, 1), date(2024, 9, 30)


@pytest.mark.parametrize(
    ("company", "box", "first", "said"),
    [
        ("", "", FIRST, "COMPANY=… or BOX=…, one of the two"),
        ("itb", "itb_caja_164", FIRST, "COMPANY=… or BOX=…, one of the two"),
        ("itbb", "", FIRST, "There is no company itbb; known: .*itb"),
        ("", "caja_164", FIRST, "There is no cash box caja_164; known: .*itb_caja_164"),
        ("itb", "", date(2024, 10, 1), "2024-10-01 is after 2024-09-30"),
    ],
)
def test_what_cannot_be_backfilled_is_said_before_anything_is_started(tmp_path, company, box, first, said):
    stack = Stack(tmp_path / "stack", Ports())
    with pytest.raises(LocalError, match=said):
        backfill(stack, company, box, first, LAST, Console())
    assert not stack.home.exists()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (FIRST, date.max),
        (FIRST, datetime.now(UTC).date() + timedelta(days=1)),
        (date.min, LAST),
        (date(1999, 12, 31), LAST),
        (date(2001, 1, 1), LAST),
    ],
)
@pytest.mark.parametrize("command", [backfill, second_look])
def test_days_that_nobody_can_mean_are_refused_before_anything_is_started(tmp_path, command, first, last):
    stack = Stack(tmp_path / "stack", Ports())
    with pytest.raises(LocalError, match=r"Nothing was done\.$"):
        command(stack, "itb", "", first, last, Console())
    assert not stack.home.exists()


@pytest.mark.parametrize(
    ("first", "last"),
    [(FIRST, date(2024, 8, 1)), (date(2999, 12, 1),) * 2, (date.min,) * 2, (FIRST, date(9999, 12, 1))],
)
def test_months_that_nobody_can_mean_are_refused_before_anything_is_started(tmp_path, first, last):
    stack = Stack(tmp_path / "stack", Ports())
    with pytest.raises(LocalError, match=r"Nothing was done\.$"):
        tie_out(stack, "itb", first, last, Console())
    assert not stack.home.exists()

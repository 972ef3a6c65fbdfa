from datetime import date

import pytest
from rich.console import Console

from local.backfill import backfill
from local.errors import LocalError
from local.settings import Ports
from local.stack import Stack

FIRST, LAST = date(2024, 9, 1), date(2024, 9, 30)


@pytest.mark.parametrize(
    ("company", "box", "first", "said"),
    [
        ("", "", FIRST, "COMPANY=… or BOX=…, one of the two"),
        ("itb", "itb_caja_164", FIRST, "COMPANY=… or BOX=…, one of the two"),
        ("itbb", "", FIRST, "There is no company itbb; known: .*itb"),
        ("", "caja_164", FIRST, "There is no cash box caja_164; known: .*itb_caja_164"),
        ("itb", "", date(2024, 10, 1), "FROM=2024-10-01 is after TO=2024-09-30"),
    ],
)
def test_what_cannot_be_backfilled_is_said_before_anything_is_started(tmp_path, company, box, first, said):
    stack = Stack(tmp_path / "stack", Ports())
    with pytest.raises(LocalError, match=said):
        backfill(stack, company, box, first, LAST, Console())
    assert not stack.home.exists()

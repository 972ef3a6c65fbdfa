"""What is said of arrivals is asked again of just the boxes where something changed, and never out of date."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import given, strategies as st

from cierre.board import arrived
from cierre.ledger.arrivals import StateOfArrivals, StateOfBox

DAY = date(2026, 3, 2)
LEDGER = SimpleNamespace(info=SimpleNamespace(host="h", port=1, dbname="d"))
BOXES = "abcd"

looks = st.lists(
    st.tuples(st.sampled_from(["match", "undo", "day"]), st.sampled_from(BOXES)) | st.sets(st.sampled_from(BOXES))
)


class Ledger:
    """Boxes, of each of which is known how many matches, undone ones and changes of days there are."""

    def __init__(self) -> None:
        self.of = {box: {"match": 0, "undo": 0, "day": 0} for box in BOXES}

    def state(self, *_: object) -> StateOfArrivals:
        sums = {what: sum(one[what] for one in self.of.values()) for what in ("match", "undo", "day")}
        return StateOfArrivals(Decimal(sums["day"]), sums["match"], sums["undo"])

    def states(self, _: object, boxes: list[str], *__: object) -> dict[str, StateOfBox]:
        return {box: StateOfBox(box, Decimal(one["day"]), one["match"], one["undo"]) for box in boxes
                for one in [self.of[box]]}  # fmt: skip


@given(looks)
def test_a_box_is_asked_about_once_for_each_change_of_its_own(sequence):
    ledger, asked, stale = Ledger(), list[str](), set(BOXES)

    def ask(rows: list[str]) -> list[SimpleNamespace]:
        asked.extend(rows)
        return [SimpleNamespace(box=row, said=dict(ledger.of[row])) for row in rows]

    arrived._known.clear()
    with (
        patch.object(arrived.arrivals, "state_of_arrivals", ledger.state),
        patch.object(arrived.arrivals, "state_of_boxes", ledger.states),
    ):
        for step in sequence:
            if isinstance(step, tuple):
                what, box = step
                ledger.of[box][what] += 1
                stale.add(box)
                continue
            asked.clear()
            boxes = {box: (box,) for box in sorted(step)}
            told = arrived._kept(LEDGER, "x", DAY, DAY, boxes, ask, lambda rows: [one.said for one in rows])
            assert told == {box: [ledger.of[box]] for box in step}
            assert sorted(asked) == sorted(step & stale)
            stale -= step

"""Which mappings a person may look at, propose changes of, and decide on: by the boxes that they book."""

from dataclasses import dataclass

from fastapi import HTTPException

from cierre.accounting_files.companies import four_eyes_on_mappings
from cierre.board.access import Viewer
from cierre.board.boxes import all_boxes
from cierre.bookkeeping.cash_box import CashBox


@dataclass(frozen=True, slots=True)
class MappingAccess:
    """A mapping for one person: ``boxes`` are those that it books and she may see, ``others`` how many more there are.

    ``may_propose``: she may run or answer one of its boxes. ``may_decide``: she may answer for all boxes that it
    books, others' too, since all are booked by an accepted change. ``four_eyes``: whether another must accept what she
    proposes.
    """

    mapping: str
    boxes: list[CashBox]
    others: int
    may_propose: bool
    may_decide: bool
    four_eyes: bool


def mappings_of(viewer: Viewer) -> list[str]:
    """The mappings that book boxes which the person may see, sorted."""
    return sorted({box.mapping for box in viewer.boxes.values()})


def access_to(viewer: Viewer, mapping: str) -> MappingAccess:
    """What a person may do with a mapping. Raises 404 for one that books none of her boxes, as if there were none."""
    everywhere = [box for box in all_boxes().values() if box.mapping == mapping]
    own = [box for box in everywhere if box.id in viewer.boxes]
    if not own:
        raise HTTPException(404, "There is no such mapping, or it books no box that you may see.")
    ids = [box.id for box in own]
    decides = viewer.may_decide(ids)
    return MappingAccess(
        mapping=mapping,
        boxes=own,
        others=len(everywhere) - len(own),
        may_propose=bool(decides or viewer.may_run(ids)),
        may_decide=len(decides) == len(everywhere),
        four_eyes=four_eyes_on_mappings({box.company for box in everywhere}),
    )

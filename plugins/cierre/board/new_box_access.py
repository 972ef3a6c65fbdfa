"""Who may propose a new box, and decide on it: by the boxes that its company has already."""

from collections.abc import Iterable
from dataclasses import dataclass

from cierre.accounting_files.companies import four_eyes_on_mappings
from cierre.accounting_files.new_box import NewBox
from cierre.board.access import Viewer
from cierre.board.boxes import all_boxes
from cierre.board.mapping_access import mappings_of
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence


@dataclass(frozen=True, slots=True)
class NewBoxAccess:
    """What a person may do with new boxes of a company. ``may_propose``: she may run or answer a box of it.
    ``may_decide``: she may answer for all of them. ``four_eyes``: whether another must accept what she proposes."""

    may_propose: bool
    may_decide: bool
    four_eyes: bool


def patterns(viewer: Viewer) -> list[CashBox]:
    """The boxes after which the person may propose others: those of companies of which she may run or answer one."""
    known = list(viewer.boxes)
    own = viewer.may_run(known) | viewer.may_decide(known)
    companies = {viewer.boxes[box].company for box in own}
    return [box for box in viewer.boxes.values() if box.company in companies]


def access_to_new(viewer: Viewer, company: str) -> NewBoxAccess:
    """What a person may do with a new box of a company; nothing, where it has no box yet that she may see."""
    everywhere = {box.id for box in all_boxes().values() if box.company == company}
    own = everywhere & viewer.boxes.keys()
    return NewBoxAccess(
        may_propose=bool(viewer.may_decide(own) or viewer.may_run(own)),
        # Of one whose DAG Airflow has not read yet, too, so that a second box need not wait for it.
        may_decide=bool(own) and viewer.may_decide(everywhere) == everywhere,
        four_eyes=four_eyes_on_mappings([company]),
    )


def belongs_to_others(viewer: Viewer, new: NewBox) -> list[Sentence]:
    """What a new box names that boxes of others have, and none of its company: the source's connection, the tenant, and
    a mapping. By them a box would read others' money, or enter others' books."""
    found = []
    if new.mapping not in mappings_of(viewer):
        found.append(Sentence("mapping {name} books none of the boxes that you may see", name=new.mapping))
    boxes = all_boxes().values()
    if _are_others(viewer, new, [box for box in boxes if box.connection == new.connection]):
        found.append(Sentence("connection {name} is read by boxes of another company only", name=new.connection))
    if _are_others(viewer, new, [box for box in boxes if box.erp.tenant.strip() == new.tenant.strip()]):
        found.append(Sentence("tenant {name} has the books of another company only", name=new.tenant.strip()))
    return found


def _are_others(viewer: Viewer, new: NewBox, users: Iterable[CashBox]) -> bool:
    """Whether all who use a thing are boxes of another company that the person does not see; not, where nobody does."""
    own = [box.company == new.company or box.id in viewer.boxes for box in users]
    return bool(own) and not any(own)

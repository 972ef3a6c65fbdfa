"""Which of the accountants' files a person may look at, propose changes of, and decide on: by the boxes concerned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fastapi import HTTPException

from cierre.accounting_files.changes import Change
from cierre.accounting_files.companies import four_eyes_on_mappings
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import account_mapping_names, cash_box
from cierre.accounting_files.new_box import NewBox
from cierre.accounting_files.setting_changes import (
    BoxSetting,
    CompanySetting,
    NewCompany,
    OpenFrom,
    is_sole_approver,
    makes_sole_approver,
    takes_two_people,
)
from cierre.board.access import Viewer
from cierre.board.boxes import all_boxes
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.ledger.mapping_proposals import ProposalRow


@dataclass(frozen=True, slots=True)
class FileAccess:
    """A file for one person: ``subject`` is the mapping, company or tenant that it is about, ``boxes`` are those that
    it concerns and she may see, ``others`` how many more there are.

    ``may_propose``: she may run or answer one of its boxes. ``may_decide``: she may answer for all boxes that it
    concerns, others' too, since an accepted change is one for all. ``four_eyes``: whether another must accept what she
    proposes.
    """

    subject: str
    boxes: list[CashBox]
    others: int
    may_propose: bool
    may_decide: bool
    four_eyes: bool


def mappings_of(viewer: Viewer) -> list[str]:
    """The mappings that book boxes which the person may see, sorted; for who sees every box, also those that book
    none."""
    own = {box.mapping for box in viewer.boxes.values()}
    if viewer.sees_every_box:
        own.update(account_mapping_names())
    return sorted(own)


def of_mapping(viewer: Viewer, mapping: str) -> FileAccess:
    """What a person may do with a mapping. Raises 404 for one that books none of her boxes, as if there were none."""
    concerned = [box for box in all_boxes().values() if box.mapping == mapping]
    return _seen(_of(viewer, mapping, concerned), "There is no such mapping, or it books no box that you may see.")


def of_company(viewer: Viewer, company: str) -> FileAccess:
    """What a person may do with a company, its boxes, and new ones of it; nothing, for one that she may not see.

    A company of which Airflow has read no box yet is everybody's: who may see every box sees it, and who may answer for
    every box decides.
    """
    everywhere = list(all_boxes().values())
    concerned = [box for box in everywhere if box.company == company]
    if not any(box.id in viewer.read for box in concerned):
        new = {box.id for box in concerned}
        may_touch = not new or viewer.may_decide(new) | viewer.may_run(new) == new
        concerned = everywhere if viewer.sees_every_box and may_touch else []
    return _of(viewer, company, concerned, companies=[company])


def of_tenant(viewer: Viewer, tenant: str) -> FileAccess:
    """What a person may do with the periods of a tenant; nothing, where none of her boxes enters its books."""
    return _of(viewer, tenant, [box for box in all_boxes().values() if box.erp.tenant.strip() == tenant.strip()])


def of_proposal(viewer: Viewer, row: ProposalRow, changes: Sequence[Change]) -> FileAccess:
    """What a person may do with a proposal. Raises 404 for one of what she may not see."""
    access = of_changes(viewer, row.mapping, changes)
    if not all(_sees_box_of(viewer, row.proposed_by, change) for change in changes):
        access = replace(access, boxes=[])
    return _seen(access, "There is no such proposal.")


def of_changes(viewer: Viewer, key: str, changes: Sequence[Change]) -> FileAccess:
    """What a person may do with changes of the file that the ledger calls ``key``; whatever says which people must
    agree takes two people, whatever the files say."""
    access = _of_changes(viewer, key, changes[0])
    return replace(access, four_eyes=True) if takes_two_people(changes) else access


def _of_changes(viewer: Viewer, key: str, change: Change) -> FileAccess:
    match change:
        case NewBox() | CompanySetting() | NewCompany():
            return of_company(viewer, change.company)
        case BoxSetting():
            return of_company(viewer, _company_of(change.box))
        case OpenFrom():
            return of_tenant(viewer, change.tenant)
        case _:
            return of_mapping(viewer, key)


def _sees_box_of(viewer: Viewer, proposed_by: str, change: Change) -> bool:
    """Whether the person may see the box whose file a change is of; so she may where it is of no box's file.

    A box that Airflow has not read yet has no permission of its own: it is seen by whoever may see every box of its
    company that Airflow has read, and by whoever proposed it.
    """
    match change:
        case BoxSetting():
            file, company = change.box, _company_of(change.box)
        case NewBox():
            file, company = change.file, change.company
        case _:
            return True
    if any(box.file == file and box.id in viewer.read for box in all_boxes().values()):
        return any(box.file == file for box in viewer.boxes.values())
    others = {box.id for box in all_boxes().values() if box.company == company} & viewer.read
    return others <= viewer.boxes.keys() or proposed_by == viewer.user.get_name()


def against_own_interest(changes: Sequence[Change], who: str) -> Sentence | None:
    """Why a person may neither propose nor accept changes of what says who approves; None where she may.

    Nobody is made the only one to approve by her own word, and where a box names who approves, it is they who accept
    that it names others: the rules of now decide about those of tomorrow.
    """
    if makes_sole_approver(changes, who):
        return Sentence("{who} would be the only one to approve: another person proposes and accepts that", who=who)
    return None


def leaves_one_approver(changes: Sequence[Change], proposed_by: str, who: str) -> Sentence | None:
    """Why a person's acceptance would leave her, or who proposed the change, as the only one known to exist who may
    approve; None where it does not, or where it was so before.

    Airflow has no list of its users for every way to log in. Known to exist are the two, who are logged in, and whoever
    the box's file names already. A name that was invented in the file before passes for a person.
    """
    if proposed_by == who:
        return None
    for change in changes:
        if not isinstance(change, BoxSetting) or change.field != "by":
            continue
        approvers = _approvers(change.box)
        before = approvers if isinstance(approvers, tuple) else ()
        for person in (who, proposed_by):
            sole_before = is_sole_approver(person, before)
            if not sole_before and makes_sole_approver([change], person, known=(*before, who, proposed_by)):
                return Sentence(
                    "of those who would approve, only {who} is known to be somebody: another of them accepts it, or two"
                    " people who are not named propose and accept it",
                    who=person,
                )
    return None


def not_of_approvers(changes: Sequence[Change], who: str) -> Sentence | None:
    """Why a person's acceptance of changed approvals does not count by the box's file as it is; None where it does."""
    for box in (
        {change.box for change in changes if isinstance(change, BoxSetting)} if takes_two_people(changes) else ()
    ):
        names = _approvers(box)
        if isinstance(names, Sentence):
            return names
        if names and who not in names:
            return Sentence(
                "{who} is not among those who may approve this cash box: {names}", who=who, names=listing(names)
            )
    return None


def _approvers(box: str) -> tuple[str, ...] | Sentence:
    """Who may approve a box by its file as it is at this moment; why that cannot be read, where the file is wrong."""
    try:
        return cash_box(box).approvals.by
    except MappingError as error:
        return Sentence("{message}", message=str(error.findings[0]))


def patterns(viewer: Viewer) -> list[CashBox]:
    """The boxes after which the person may propose others: those of companies of which she may run or answer one."""
    known = list(viewer.boxes)
    own = viewer.may_run(known) | viewer.may_decide(known)
    companies = {viewer.boxes[box].company for box in own}
    return [box for box in viewer.boxes.values() if box.company in companies]


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


def _of(viewer: Viewer, subject: str, concerned: Sequence[CashBox], companies: Sequence[str] = ()) -> FileAccess:
    """What a person may do with what concerns some boxes, and their companies."""
    own = [box for box in concerned if box.id in viewer.boxes]
    # Of boxes whose DAG Airflow has not read yet, too, so that a further one need not wait for it.
    everywhere = {box.id for box in concerned}
    decides = viewer.may_decide(everywhere) if own else set()
    return FileAccess(
        subject=subject,
        boxes=own,
        others=len(concerned) - len(own),
        may_propose=bool(decides & {box.id for box in own} or viewer.may_run(box.id for box in own)),
        may_decide=bool(own) and decides == everywhere,
        four_eyes=four_eyes_on_mappings(companies or {box.company for box in concerned}),
    )


def _seen(access: FileAccess, otherwise: str) -> FileAccess:
    if not access.boxes:
        raise HTTPException(404, otherwise)
    return access


def _company_of(file: str) -> str:
    """The company of the box of a file's name; none where that file is not sound."""
    return next((box.company for box in all_boxes().values() if box.file == file), "")

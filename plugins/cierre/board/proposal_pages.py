"""Pages of proposed changes of files, whatever file it is: what a change says, and what another person decides on it.

The board writes nothing but that: a decision, and the file itself once another person accepted.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import tzinfo
from typing import Annotated, Any, Literal

import psycopg
from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import RedirectResponse, Response

from cierre.accounting_files.changes import Change, changes_from
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.new_box import NEW_BOX_FIELDS, NewBox
from cierre.accounting_files.saved_file import accounting_file, may_write
from cierre.accounting_files.setting_changes import NewCompany
from cierre.accounting_files.yaml_places import CannotEdit
from cierre.board import file_acceptance
from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import Number
from cierre.board.boxes import all_boxes
from cierre.board.connection import Ledger, Writing
from cierre.board.file_access import (
    FileAccess,
    against_own_interest,
    belongs_to_others,
    leaves_one_approver,
    not_of_approvers,
    of_proposal,
)
from cierre.board.gaps import Gap
from cierre.board.mapping_answer import codes_with_names, gaps_of_mapping
from cierre.board.origin import SameOrigin
from cierre.board.pages import Page, PageDep
from cierre.bookkeeping.answers import LONGEST_COMMENT, objection_to_comment, on_one_line
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.ledger import mapping_proposals
from cierre.ledger.mapping_proposals import ProposalRow
from cierre.reports.mapping_effect import Effect

router = APIRouter(prefix="/proposals")


def _proposal(proposal_id: Number, ledger: Ledger) -> ProposalRow:
    row = mapping_proposals.proposal(ledger, proposal_id)
    if row is None:
        raise HTTPException(404, "There is no such proposal.")
    return row


RowDep = Annotated[ProposalRow, Depends(_proposal)]


def _changes(row: RowDep) -> tuple[Change, ...]:
    return changes_from(row.changes)


ChangesDep = Annotated[tuple[Change, ...], Depends(_changes)]


def _access(row: RowDep, changes: ChangesDep, viewer: ViewerDep) -> FileAccess:
    return of_proposal(viewer, row, changes)


AccessDep = Annotated[FileAccess, Depends(_access)]


@router.get("/{proposal_id}")
def proposal_page(
    row: RowDep, changes: ChangesDep, access: AccessDep, viewer: ViewerDep, page: PageDep, ledger: Ledger
) -> Response:
    """A proposed change: what it says, what it would book, who decided on it, and what became of it."""
    return _page(row, changes, access, viewer, page, ledger)


@router.post("/{proposal_id}")
def decide(
    row: RowDep,
    changes: ChangesDep,
    access: AccessDep,
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    writing: Writing,
    same_origin: SameOrigin,
    decision: Annotated[Literal["accepted", "refused", "withdrawn", "write"], Form()],
    sha256: Annotated[str, Form(pattern="^[0-9a-f]{64}$")],
    comment: Annotated[str, Form()] = "",
) -> Response:
    """Takes a person's decision; an accepted change is written into the file at once. Nothing is posted by it."""
    who, said = viewer.user.get_name(), on_one_line(comment) or None
    if decision != "withdrawn" and not access.may_decide:
        raise HTTPException(403, "You may see this change, and not decide on it.")
    if why := objection_to_comment(True, said or ""):
        refusal = Sentence("Nothing was decided: {why}.", why=why)
        return _page(row, changes, access, viewer, page, ledger, refusal, comment=comment, status=400)
    number, four_eyes = row.proposal_id, access.four_eyes
    try:
        if decision == "accepted":
            if objections := _of_person(row, changes, viewer):
                raise file_acceptance.NotTaken(objections[0])
            file_acceptance.accept(writing, number, sha256, who, four_eyes=four_eyes, comment=said)
        elif decision != "write":
            file_acceptance.decide(writing, number, decision, who, four_eyes=four_eyes, comment=said)
        if decision in ("accepted", "write"):
            file_acceptance.write(writing, number, _title(row, changes, page), _body(row, page, who))
    except file_acceptance.NotTaken as refused:
        return _page(row, changes, access, viewer, page, ledger, refused.args[0], comment=comment, status=409)
    return RedirectResponse(page.url(f"/proposals/{number}"), 303)


@router.get("/{proposal_id}/patch")
def patch(row: RowDep, changes: ChangesDep, access: AccessDep) -> Response:
    """The change as a patch of the file as it is now, for a folder that the board may only read."""
    file = accounting_file(row.mapping)
    try:
        text = file_acceptance.text_with(file, changes)
    except CannotEdit as error:
        raise HTTPException(409, error.args[0]) from error
    headers = {"Content-Disposition": f'attachment; filename="{file.path.stem}-{row.proposal_id}.patch"'}
    return Response(file.patch(text), media_type="text/x-diff; charset=utf-8", headers=headers)


def _page(
    row: ProposalRow,
    changes: Sequence[Change],
    access: FileAccess,
    viewer: Viewer,
    page: Page,
    ledger: psycopg.Connection,
    refusal: Sentence | None = None,
    *,
    comment: str = "",
    status: int = 200,
) -> Response:
    is_open = row.decision is None
    changed = file_acceptance.changed_file(ledger, row.mapping, changes, is_checked=is_open)
    wrong = [*_of_person(row, changes, viewer), *changed.wrong] if is_open else []
    with suppress(CannotEdit):  # as the changed file says already
        wrong += file_acceptance.contradictions(row, changed.file, changes) if is_open else []
    chart, _ = read_chart(mappings_folder())
    first, own = changes[0], row.proposed_by == viewer.user.get_name()
    effect = Effect.kept(row.what_if) if row.what_if and _may_see_effect(row, viewer) else None
    return page.render(
        "proposal.html",
        status=status,
        access=access,
        row=row,
        changes=changes,
        facts=_facts(first),
        file=changed.file,
        patch=changed.patch,
        books=bool(row.what_if),
        effect=effect,
        wrong=wrong,
        names=codes_with_names(chart),
        is_writable=may_write(changed.file),
        is_own=own,
        gap=_gap(row, access, ledger),
        box=_box(first, viewer),
        is_new_box=isinstance(first, NewBox),
        new_company=first.company if isinstance(first, NewCompany) else "",
        longest=LONGEST_COMMENT,
        refusal=refusal,
        comment=comment,
        zone=zone(access.boxes),
    )


def _of_person(row: ProposalRow, changes: Sequence[Change], viewer: Viewer) -> list[Sentence]:
    """Why this person's acceptance would not be taken, whatever the file says."""
    who = viewer.user.get_name()
    others = [one for change in changes if isinstance(change, NewBox) for one in belongs_to_others(viewer, change)]
    own = against_own_interest(changes, who) or leaves_one_approver(changes, row.proposed_by, who)
    return [*filter(None, (own, not_of_approvers(changes, who))), *others]


def _facts(change: Change) -> dict[Sentence, str]:
    """A new box, field by field."""
    if not isinstance(change, NewBox):
        return {}
    return {label: getattr(change, field) for field, label in NEW_BOX_FIELDS.items()}


def _box(change: Change, viewer: Viewer) -> CashBox | None:
    """The box of a change that adds one, once Airflow has read its file."""
    named = change.file if isinstance(change, NewBox) else None
    return next((box for box in viewer.boxes.values() if box.file == named), None)


def _gap(row: ProposalRow, access: FileAccess, ledger: psycopg.Connection) -> Gap | None:
    """What the change answers, while days wait for it."""
    key = (row.question or {}).get("gap", "")
    waiting = gaps_of_mapping(ledger, row.mapping, access.boxes) if key else []
    return next((one for one in waiting if one.key == key), None)


def _may_see_effect(row: ProposalRow, viewer: Viewer) -> bool:
    """Whether the person may see every box whose days a proposal was held against."""
    return set((row.question or {}).get("boxes", ())) <= viewer.boxes.keys()


def in_words(row: ProposalRow) -> Sentence:
    """A proposal's changes in words."""
    return listing(change.sentence for change in changes_from(row.changes))


def is_waiting(row: ProposalRow) -> bool:
    """Whether a proposal waits for a decision, or for its file."""
    return row.decision is None or (row.decision == "accepted" and row.how is None)


def of_other_files(viewer: Viewer, ledger: psycopg.Connection) -> list[ProposalRow]:
    """The proposals that wait of boxes, companies and periods that the person sees, newest first."""
    waiting = filter(is_waiting, mapping_proposals.proposals_of_other_files(ledger))
    found = []
    for row in waiting:
        try:
            of_proposal(viewer, row, changes_from(row.changes))
        except HTTPException:
            continue
        found.append(row)
    return found


def zone(boxes: Sequence[CashBox]) -> tzinfo:
    """The zone in which times are shown: that of the first box."""
    return next(iter(boxes or all_boxes().values())).zone


def _title(row: ProposalRow, changes: Sequence[Change], page: Page) -> str:
    said = page.language(listing(change.sentence for change in changes))
    return f"{row.mapping.rpartition('/')[2]}: {said}"[:200]


def _body(row: ProposalRow, page: Page, accepted_by: str) -> str:
    """Why, for the history of the file: the what-if, who proposed and who accepted it."""
    effect: Any = Effect.kept(row.what_if) if row.what_if else None
    lines = [page.language(sentence) for sentence in effect.sentences] if effect else []
    moved = (*effect.new, *effect.moved) if effect else ()
    money = [f"  {one.account}  {one.booked} -> {one.would_be} {one.currency}" for one in moved]
    who = page.language(
        Sentence("Proposed by {who} and accepted by {other} on the board.", who=row.proposed_by, other=accepted_by)
    )
    return "\n".join([*lines, *money, *([""] if lines or money else []), who])

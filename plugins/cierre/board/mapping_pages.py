"""Pages of the account mappings: what they say, what they do not say yet, and changes that people propose and accept.

The board writes nothing but that: a proposal, a decision, and the mapping's own file once another person accepted.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

import psycopg
from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.changes import LONGEST, changes_from
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.edited_text import CannotEdit, comments
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.gap_answers import VAT, GivenAnswer, Question, bookable
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.repository import history
from cierre.accounting_files.saved_file import mapping_file, may_write
from cierre.board import mapping_acceptance, mapping_answer
from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import DayOrNone, Number
from cierre.board.boxes import all_boxes
from cierre.board.connection import Ledger, Writing
from cierre.board.gaps import Gap, gaps
from cierre.board.mapping_access import MappingAccess, access_to, mappings_of
from cierre.board.mapping_view import postings, tables
from cierre.board.new_box_access import patterns
from cierre.board.new_box_pages import proposed_boxes
from cierre.board.origin import SameOrigin
from cierre.board.pages import Page, PageDep
from cierre.bookkeeping.account_proposals import search
from cierre.bookkeeping.answers import LONGEST_COMMENT
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.problems import ProblemKind
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.treatment import TREATMENTS
from cierre.ledger import board, mapping_proposals
from cierre.ledger.mapping_proposals import ProposalRow
from cierre.reports.mapping_effect import DAYS, Effect

router = APIRouter(prefix="/mappings")

DOCUMENT_TYPES = "document_types"
"""What an address says in place of a table's name, where it means what kinds of documents are."""

Short = Annotated[str, Query(max_length=LONGEST)]
Typed = Annotated[str, Form(max_length=LONGEST)]


def _access(mapping: str, viewer: ViewerDep) -> MappingAccess:
    return access_to(viewer, mapping)


AccessDep = Annotated[MappingAccess, Depends(_access)]


def _gaps(ledger: psycopg.Connection, access: MappingAccess) -> list[Gap]:
    found = gaps(board.problems(ledger, [box.id for box in access.boxes], date.min, date.max))
    return [gap for gap in found if gap.rows[0].mapping == access.mapping]


def _sound(mapping: str) -> AccountMapping:
    try:
        return account_mapping(mapping)
    except MappingError as error:
        raise HTTPException(409, Sentence("The mapping's file is wrong now: {why}", why=error.findings[0])) from error


@router.get("")
def mappings_page(viewer: ViewerDep, page: PageDep, ledger: Ledger) -> Response:
    """The mappings of the person's boxes, what they lack, and the changes that wait for a decision."""
    found = [access_to(viewer, name) for name in mappings_of(viewer)]
    waiting = [
        row
        for row in mapping_proposals.proposals_of(ledger, [one.mapping for one in found])
        if row.decision is None or (row.decision == "accepted" and row.how is None)
    ]
    return page.render(
        "mappings.html",
        found=found,
        gaps={one.mapping: _gaps(ledger, one) for one in found},
        open=waiting,
        new_boxes=proposed_boxes(viewer, ledger),
        may_add=bool(patterns(viewer)),
        zone=_zone(found),
        said=_said,
    )


@router.get("/{mapping}")
def mapping_page(access: AccessDep, viewer: ViewerDep, page: PageDep, ledger: Ledger) -> Response:
    """A mapping as tables, with its gaps, and its history in the ledger and in git."""
    mapping, file = _sound(access.mapping), mapping_file(access.mapping)
    chart, _ = read_chart(mappings_folder())
    names = mapping_answer.codes_with_names(chart)
    since = datetime.now(UTC).date() - timedelta(days=DAYS)
    try:
        behind = comments(file.text)
    except CannotEdit:
        behind = {}
    return page.render(
        "mapping.html",
        access=access,
        mapping=mapping,
        names=names,
        tables=tables(ledger, mapping, access.boxes, names, behind, since),
        postings=postings(mapping),
        gaps=[(gap, mapping_answer.question_of(gap)) for gap in _gaps(ledger, access)],
        versions=mapping_proposals.versions(ledger, access.mapping, [box.id for box in access.boxes]),
        proposals=mapping_proposals.proposals_of(ledger, [access.mapping]),
        commits=history(file.path),
        is_writable=may_write(file),
        since=since,
        longest=LONGEST,
        zone=_zone([access]),
        said=_said,
    )


@dataclass(frozen=True)
class _Asked:
    """What an answer page is about. ``table`` is as the address says it; ``now`` what the mapping says there, "" where
    that is nothing."""

    question: Question
    table: str
    now: str
    gap: Gap | None
    called: str
    own_code: str


@router.get("/{mapping}/answer")
def answer_page(
    access: AccessDep,
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    gap: Short = "",
    table: Short = "",
    value: Short = "",
    code: Short = "",
    name: Short = "",
    cost_centre: Short = "",
    q: Short = "",
    valid_from: DayOrNone = None,
) -> Response:
    """A gap in words, what is proposed, a search over the chart; and, once a code is chosen, what it would book."""
    mapping, asked = _asked(access, ledger, gap, table, value)
    given = GivenAnswer(code, name or asked.called, cost_centre, valid_from)
    return _answer_page(page, ledger, access, viewer, mapping, asked, given, q)


@router.post("/{mapping}/answer")
def propose(
    access: AccessDep,
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    writing: Writing,
    same_origin: SameOrigin,
    sha256: Annotated[str, Form(pattern="^[0-9a-f]{64}$")],
    code: Typed,
    gap: Typed = "",
    table: Typed = "",
    value: Typed = "",
    name: Typed = "",
    cost_centre: Typed = "",
    valid_from: Annotated[DayOrNone, Form()] = None,
) -> Response:
    """Puts an answer on the record as a proposal. Nothing is changed or posted by it."""
    if not access.may_propose:
        raise HTTPException(403, "You may see this mapping, and not propose changes of it.")
    mapping, asked = _asked(access, ledger, gap, table, value)
    given = GivenAnswer(code, name, cost_centre, valid_from)
    file = mapping_file(access.mapping)
    made = _draft(ledger, access, mapping, asked, given)
    if made.objections or file.sha256 != sha256:
        return _answer_page(page, ledger, access, viewer, mapping, asked, given, "", changed=file.sha256 != sha256)
    number = mapping_answer.save(
        writing, access.boxes, asked.question, asked.called, gap, file, made, viewer.user.get_name()
    )
    return RedirectResponse(page.url(f"/mappings/{access.mapping}/proposals/{number}"), 303)


def _asked(
    access: MappingAccess, ledger: psycopg.Connection, gap: str, table: str, value: str
) -> tuple[AccountMapping, _Asked]:
    """The question of a gap, or of a value of a table that somebody wants to add or change. Raises 404."""
    mapping = _sound(access.mapping)
    if gap:
        found = next((one for one in _gaps(ledger, access) if one.key == gap), None)
        question = mapping_answer.question_of(found) if found else None
        if found is None or question is None:
            raise HTTPException(404, "No day waits for that gap any more, or no line of the mapping answers it.")
        boxes = {box.id: box for box in access.boxes}
        called, own = mapping_answer.called_by_source(ledger, boxes, found, question.by)
        return mapping, _Asked(question, "", "", found, called or question.value, own)
    if not value.strip():
        raise HTTPException(404, "Say which value the line is for.")
    if table == DOCUMENT_TYPES and mapping.document_types:
        question = Question(access.mapping, ProblemKind.UNTREATED, "", (("document_type", value),), "")
        newest = mapping.document_types.get(value, ())[-1:]
        return mapping, _Asked(question, table, "".join(one.treatment for one in newest), None, "", "")
    if table == VAT and mapping.vat:
        question = Question(access.mapping, ProblemKind.UNTREATED, "", ((VAT, value),), "")
        return mapping, _Asked(question, table, "", None, "", "")
    if table not in mapping.tables:
        raise HTTPException(404, "The mapping has no such table.")
    by = mapping.tables[table].by
    question = Question(access.mapping, ProblemKind.UNMAPPED, "", ((by, value),), table)
    called = mapping.form_names.get(value, "") if by == "form" else ""
    return mapping, _Asked(question, table, mapping.tables[table].values.get(value, ""), None, called, "")


def _draft(
    ledger: psycopg.Connection, access: MappingAccess, mapping: AccountMapping, asked: _Asked, given: GivenAnswer
) -> mapping_answer.Draft:
    places = asked.gap.places if asked.gap else []
    file = mapping_file(access.mapping)
    return mapping_answer.draft(ledger, access.boxes, asked.question, mapping, file, given, places)


def _answer_page(
    page: Page,
    ledger: psycopg.Connection,
    access: MappingAccess,
    viewer: Viewer,
    mapping: AccountMapping,
    asked: _Asked,
    given: GivenAnswer,
    q: str,
    *,
    changed: bool = False,
) -> Response:
    chart, _ = read_chart(mappings_folder())
    field = asked.question.asks_for(mapping)
    codes = bookable(chart, field)
    names = mappings_of(viewer)
    others = mapping_answer.other_mappings(access.mapping, names)
    earlier = mapping_proposals.proposals_of(ledger, names)
    called = given.name or asked.called
    return page.render(
        "mapping_answer.html",
        status=409 if changed else 200,
        access=access,
        asked=asked,
        field=field,
        given=given,
        draft=_draft(ledger, access, mapping, asked, given) if given.code else None,
        proposals=mapping_answer.proposed(asked.question, mapping, others, chart, earlier, called, asked.own_code),
        codes=codes,
        names=mapping_answer.codes_with_names(chart),
        cost_centres=bookable(chart, "cost_centre"),
        found=search(q, codes) if q else [],
        q=q,
        treatments=TREATMENTS,
        wants_name=asked.question.is_unnamed_form(mapping),
        sha256=mapping_file(access.mapping).sha256,
        changed=changed,
        boxes={box.id: box for box in access.boxes},
        longest=LONGEST,
        currencies={box.currency for box in access.boxes},
    )


def _proposal(proposal_id: Number, access: AccessDep, ledger: Ledger) -> ProposalRow:
    row = mapping_proposals.proposal(ledger, proposal_id)
    if row is None or row.mapping != access.mapping:
        raise HTTPException(404, "There is no such proposal.")
    return row


ProposalDep = Annotated[ProposalRow, Depends(_proposal)]


@router.get("/{mapping}/proposals/{proposal_id}")
def proposal_page(row: ProposalDep, access: AccessDep, viewer: ViewerDep, page: PageDep, ledger: Ledger) -> Response:
    """A proposed change: what it says, what it would book, who decided on it, and what became of it."""
    return _proposal_page(row, access, viewer, page, ledger, None)


@router.post("/{mapping}/proposals/{proposal_id}")
def decide(
    row: ProposalDep,
    access: AccessDep,
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    writing: Writing,
    same_origin: SameOrigin,
    decision: Annotated[Literal["accepted", "refused", "withdrawn", "write"], Form()],
    sha256: Annotated[str, Form(pattern="^[0-9a-f]{64}$")],
    comment: Annotated[str, Form(max_length=LONGEST_COMMENT)] = "",
) -> Response:
    """Takes a person's decision; an accepted change is written into the file at once. Nothing is posted by it."""
    who, said = viewer.user.get_name(), " ".join(comment.split()) or None
    if decision != "withdrawn" and not access.may_decide:
        raise HTTPException(403, "You may see this change, and not decide on it.")
    try:
        if decision == "accepted":
            mapping_acceptance.accept(writing, row.proposal_id, sha256, who, four_eyes=access.four_eyes, comment=said)
        elif decision != "write":
            mapping_acceptance.decide(writing, row.proposal_id, decision, who, four_eyes=access.four_eyes, comment=said)
        if decision in ("accepted", "write"):
            mapping_acceptance.write(writing, row.proposal_id, _title(row), _body(row, page, who))
    except mapping_acceptance.NotTaken as refused:
        return _proposal_page(row, access, viewer, page, ledger, refused.args[0])
    return RedirectResponse(page.url(f"/mappings/{access.mapping}/proposals/{row.proposal_id}"), 303)


@router.get("/{mapping}/proposals/{proposal_id}/patch")
def patch(row: ProposalDep, access: AccessDep) -> Response:
    """The change as a patch of the file as it is now, for a folder that the board may only read."""
    file = mapping_file(access.mapping)
    try:
        text = mapping_acceptance.text_with(file, list(changes_from(row.changes)))
    except CannotEdit as error:
        raise HTTPException(409, error.args[0]) from error
    headers = {"Content-Disposition": f'attachment; filename="{access.mapping}-{row.proposal_id}.patch"'}
    return Response(file.patch(text), media_type="text/x-diff; charset=utf-8", headers=headers)


def _proposal_page(
    row: ProposalRow,
    access: MappingAccess,
    viewer: Viewer,
    page: Page,
    ledger: psycopg.Connection,
    refusal: Sentence | None,
) -> Response:
    file, said = mapping_file(access.mapping), list(changes_from(row.changes))
    try:
        text = mapping_acceptance.text_with(file, said)
        contradicted = mapping_acceptance.contradictions(row, file, said)
    except CannotEdit as error:
        text, contradicted = file.text, [error.args[0]]
    chart, _ = read_chart(mappings_folder())
    gap = (row.question or {}).get("gap", "")
    still_waits = next((one for one in _gaps(ledger, access) if one.key == gap), None) if gap else None
    return page.render(
        "mapping_proposal.html",
        status=409 if refusal else 200,
        access=access,
        row=row,
        changes=said,
        patch=file.patch(text),
        effect=Effect.kept(row.what_if) if _may_see_effect(row, viewer) else None,
        contradicted=contradicted if row.decision is None else [],
        names=mapping_answer.codes_with_names(chart),
        sha256=file.sha256,
        is_writable=may_write(file),
        may_withdraw=row.proposed_by == viewer.user.get_name(),
        is_own=row.proposed_by == viewer.user.get_name(),
        gap=still_waits,
        longest=LONGEST_COMMENT,
        refusal=refusal,
        zone=_zone([access]),
    )


def _may_see_effect(row: ProposalRow, viewer: Viewer) -> bool:
    """Whether the person may see every box whose days a proposal was held against."""
    return set((row.question or {}).get("boxes", ())) <= viewer.boxes.keys()


def _said(row: ProposalRow) -> Sentence:
    """A proposal's changes in words."""
    return listing(change.sentence for change in changes_from(row.changes))


def _title(row: ProposalRow) -> str:
    return f"{row.mapping}: {_said(row)}"[:200]


def _body(row: ProposalRow, page: Page, accepted_by: str) -> str:
    """Why, for the history of the file: the what-if, who proposed and who accepted it."""
    effect: Any = Effect.kept(row.what_if)
    lines = [page.language(sentence) for sentence in effect.sentences]
    money = [f"  {one.account}  {one.booked} -> {one.would_be} {one.currency}" for one in (*effect.new, *effect.moved)]
    who = page.language(
        Sentence("Proposed by {who} and accepted by {other} on the board.", who=row.proposed_by, other=accepted_by)
    )
    return "\n".join([*lines, *money, "", who])


def _zone(found: list[MappingAccess]) -> Any:
    """The zone in which times are shown: that of the first box."""
    boxes = [box for one in found for box in one.boxes] or list(all_boxes().values())
    return boxes[0].zone if boxes else UTC

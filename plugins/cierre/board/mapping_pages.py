"""Pages of the account mappings: what they say, what they do not say yet, and answers, which are proposals."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.edited_text import comments
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.gap_answers import VAT, GivenAnswer, Question, bookable
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.repository import history
from cierre.accounting_files.saved_file import accounting_file, may_write
from cierre.accounting_files.values import LONGEST
from cierre.accounting_files.yaml_places import CannotEdit
from cierre.board import file_acceptance, mapping_answer
from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import DayOrNone
from cierre.board.connection import Ledger, Writing
from cierre.board.file_access import FileAccess, mappings_of, of_mapping, patterns
from cierre.board.gaps import Gap
from cierre.board.mapping_answer import gaps_of_mapping
from cierre.board.mapping_view import postings, tables
from cierre.board.origin import SameOrigin
from cierre.board.pages import Page, PageDep
from cierre.board.proposal_pages import in_words, is_waiting, of_other_files, zone
from cierre.bookkeeping.account_proposals import search
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.problems import ProblemKind
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.treatment import TREATMENTS
from cierre.ledger import mapping_proposals
from cierre.reports.mapping_effect import DAYS

router = APIRouter(prefix="/mappings")

DOCUMENT_TYPES = "document_types"
"""What an address says in place of a table's name, where it means what kinds of documents are."""

Short = Annotated[str, Query(max_length=LONGEST)]
Typed = Annotated[str, Form(max_length=LONGEST)]


def _access(mapping: str, viewer: ViewerDep) -> FileAccess:
    return of_mapping(viewer, mapping)


AccessDep = Annotated[FileAccess, Depends(_access)]


def _sound(mapping: str) -> AccountMapping:
    try:
        return account_mapping(mapping)
    except MappingError as error:
        raise HTTPException(409, Sentence("The mapping's file is wrong now: {why}", why=error.findings[0])) from error


@router.get("")
def mappings_page(viewer: ViewerDep, page: PageDep, ledger: Ledger) -> Response:
    """The mappings of the person's boxes, what they lack, and the changes that wait for a decision."""
    names = sorted({box.mapping for box in viewer.boxes.values()})
    found = {name: of_mapping(viewer, name) for name in names}
    waiting = [*filter(is_waiting, mapping_proposals.proposals_of(ledger, names)), *of_other_files(viewer, ledger)]
    return page.render(
        "mappings.html",
        found=found,
        gaps={name: gaps_of_mapping(ledger, name, one.boxes) for name, one in found.items()},
        open=sorted(waiting, key=lambda row: -row.proposal_id),
        may_add=bool(patterns(viewer)),
        said=in_words,
    )


@router.get("/{mapping}")
def mapping_page(access: AccessDep, viewer: ViewerDep, page: PageDep, ledger: Ledger) -> Response:
    """A mapping as tables, with its gaps, and its history in the ledger and in git."""
    mapping, file = _sound(access.subject), accounting_file(access.subject)
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
        gaps=[(gap, mapping_answer.question_of(gap)) for gap in gaps_of_mapping(ledger, access.subject, access.boxes)],
        versions=mapping_proposals.versions(ledger, access.subject, [box.id for box in access.boxes]),
        proposals=mapping_proposals.proposals_of(ledger, [access.subject]),
        commits=history(file.path),
        is_writable=may_write(file),
        since=since,
        longest=LONGEST,
        zone=zone(access.boxes),
        said=in_words,
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
    file = accounting_file(access.subject)
    made = _draft(ledger, access, mapping, asked, given)
    if made.objections or file.sha256 != sha256:
        return _answer_page(page, ledger, access, viewer, mapping, asked, given, "", changed=file.sha256 != sha256)
    assert made.effect is not None
    kept = mapping_answer.as_kept(access.boxes, asked.question, asked.called, gap)
    number = file_acceptance.propose(writing, file, made.changes, viewer.user.get_name(), made.effect.as_kept(), kept)
    return RedirectResponse(page.url(f"/proposals/{number}"), 303)


def _asked(
    access: FileAccess, ledger: psycopg.Connection, gap: str, table: str, value: str
) -> tuple[AccountMapping, _Asked]:
    """The question of a gap, or of a value of a table that somebody wants to add or change. Raises 404."""
    mapping = _sound(access.subject)
    if gap:
        found = next((one for one in gaps_of_mapping(ledger, access.subject, access.boxes) if one.key == gap), None)
        question = mapping_answer.question_of(found) if found else None
        if found is None or question is None:
            raise HTTPException(404, "No day waits for that gap any more, or no line of the mapping answers it.")
        boxes = {box.id: box for box in access.boxes}
        called, own = mapping_answer.called_by_source(ledger, boxes, found, question.by)
        return mapping, _Asked(question, "", "", found, called or question.value, own)
    if not value.strip():
        raise HTTPException(404, "Say which value the line is for.")
    if table == DOCUMENT_TYPES and mapping.document_types:
        question = Question(access.subject, ProblemKind.UNTREATED, "", (("document_type", value),), "")
        newest = mapping.document_types.get(value, ())[-1:]
        return mapping, _Asked(question, table, "".join(one.treatment for one in newest), None, "", "")
    if table == VAT and mapping.vat:
        question = Question(access.subject, ProblemKind.UNTREATED, "", ((VAT, value),), "")
        return mapping, _Asked(question, table, "", None, "", "")
    if table not in mapping.tables:
        raise HTTPException(404, "The mapping has no such table.")
    by = mapping.tables[table].by
    question = Question(access.subject, ProblemKind.UNMAPPED, "", ((by, value),), table)
    called = mapping.form_names.get(value, "") if by == "form" else ""
    return mapping, _Asked(question, table, mapping.tables[table].values.get(value, ""), None, called, "")


def _draft(
    ledger: psycopg.Connection, access: FileAccess, mapping: AccountMapping, asked: _Asked, given: GivenAnswer
) -> mapping_answer.Draft:
    places = asked.gap.places if asked.gap else []
    file = accounting_file(access.subject)
    return mapping_answer.draft(ledger, access.boxes, asked.question, mapping, file, given, places)


def _answer_page(
    page: Page,
    ledger: psycopg.Connection,
    access: FileAccess,
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
    others = mapping_answer.other_mappings(access.subject, names)
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
        sha256=accounting_file(access.subject).sha256,
        changed=changed,
        boxes={box.id: box for box in access.boxes},
        longest=LONGEST,
        currencies={box.currency for box in access.boxes},
    )

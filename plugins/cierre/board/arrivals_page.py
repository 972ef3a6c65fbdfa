"""What arrived of a company's money: statements, what is still on its way, what belongs to nothing, and the matches.

A company has the page where ``arrivals.yaml`` names it, for whoever may see all of its boxes; who may run closes of all
of them uploads statements, matches and takes back, and approves days of the books of arrivals that wait for a person.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from cierre.accounting_files.arrivals import arrivals_of, known_books
from cierre.accounting_files.findings import MappingError
from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import BusinessDay, DayOrNone, Number
from cierre.board.bodies import ROOM, TOO_LONG
from cierre.board.boxes import company_names, form_names
from cierre.board.connection import Ledger, Writing
from cierre.board.month_files import company_boxes
from cierre.board.origin import same_origin
from cierre.board.pages import Page, PageDep
from cierre.bookkeeping.answers import LONGEST_COMMENT, Answer, objection_to_comment, on_one_line
from cierre.bookkeeping.matching.clearing import AGES, Roll, aged, days, months, roll_forward
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.matching.words import BY, WORDS
from cierre.bookkeeping.money import quantum
from cierre.bookkeeping.sentence import Sentence
from cierre.closing import arrival_approval, arrivals, settlements
from cierre.closing.arrival_approval import ApprovedDay
from cierre.closing.arrivals import Standing
from cierre.closing.clearing_accounts import clearing_items, held_in_erp
from cierre.ledger import arrivals as ledger_arrivals, settlements as ledger_settlements
from cierre.ledger.session import BoxDayBusy
from cierre.statement_files.faults import StatementFileError
from cierre.statement_files.tables import MOST_BYTES

router = APIRouter(prefix="/arrivals/{company}")

MOST = 200
"""Rows of a list on the page."""

MOST_MATCHES = 50
MOST_TAKEN_BACK = 20
MOST_MONTHS = 13
MOST_DAYS = 45

NEW = timedelta(minutes=10)
"""How long a match is called new."""


@dataclass(frozen=True)
class _Company:
    """A company that a person may see all boxes of, with its rules."""

    id: str
    boxes: list[str]
    names: dict[str, str]
    forms: dict[str, dict[str, str]]
    rules: CompanyArrivals
    may_decide: bool

    @property
    def name(self) -> str:
        return company_names().get(self.id, self.id)


def _company(company: str, viewer: ViewerDep, ledger: Ledger) -> _Company:
    """Raises 404 for one whose arrivals are not looked at, or whose boxes the person may not all see."""
    seen = company_boxes(viewer, ledger, company)
    rules = arrivals_of(company)
    if rules is None or not seen.whole:
        raise HTTPException(404, "There is no such company, or you may not see it.")
    ids = [box.id for box in seen.boxes]
    names = {box.id: box.name for box in seen.boxes}
    forms = {box.id: dict(form_names(box)) for box in seen.boxes}
    return _Company(company, ids, names, forms, rules, _may_decide(viewer, ids))


def _may_decide(viewer: Viewer, boxes: list[str]) -> bool:
    """Whether the person may run the closes of all those boxes that still have any."""
    own = {box for box in boxes if box in viewer.boxes}
    return bool(own) and viewer.may_run(own) == own


CompanyDep = Annotated[_Company, Depends(_company)]


@router.get("")
def arrivals_page(
    company: CompanyDep, page: PageDep, ledger: Ledger, by: Literal["month", "day"] = "month",
    after: Number | None = None, approved: DayOrNone = None,
) -> Response:  # fmt: skip
    """How a company's money stands at the bank; its clearing accounts by month, or the last weeks ``by`` day.

    What was just done is told by the record, not by the address: matches ``after`` one of this number, a day that was
    ``approved``.
    """
    told = []
    if after is not None:
        new = ledger_arrivals.new_matches(ledger, company.id, after, NEW)
        told.append(Sentence.counted(new, "{n} new match", "{n} new matches"))
    if approved and (box := known_books(company.id)) and arrival_approval.is_approved(ledger, box, approved):
        text = "{day} is approved. The DAG arrivals books it with its next run, within the hour."
        told.append(Sentence(text, day=approved))
    return _render(company, page, ledger, told=told, by_day=by == "day")


@router.post("/statements", dependencies=[Depends(same_origin)])
async def upload(
    company: CompanyDep, page: PageDep, ledger: Ledger, writing: Writing, viewer: ViewerDep, request: Request
) -> Response:
    """Takes a statement's file, and matches. Answers 400 with all that speaks against the file, 403, 411 or 413."""
    form = await _form(request, company, MOST_BYTES)
    file, format = form.get("file"), form.get("format")
    if not isinstance(file, UploadFile) or not isinstance(format, str):
        raise HTTPException(400, "There is no file in the form.")
    content = await file.read(MOST_BYTES + 1)

    def take() -> Response:
        by = viewer.user.get_name()
        try:
            arrivals.take_statement(writing, company.id, company.rules, format, content, by)
        except StatementFileError as refused:
            faults = [fault.__str__() for fault in refused.faults]
            return _render(company, page, ledger, faults=faults, status=400)
        except MappingError:
            faults = [Sentence("the format's file is wrong; make check-mappings says where")]
            return _render(company, page, ledger, faults=faults, status=400)
        return _matched(company, page, writing)

    return await run_in_threadpool(take)


@router.post("/rules", dependencies=[Depends(same_origin)])
def match_anew(company: CompanyDep, page: PageDep, writing: Writing) -> Response:
    """Matches again what is open, by the rules as they are now."""
    if not company.may_decide:
        raise HTTPException(403, "You may not decide what arrived for this company.")
    return _matched(company, page, writing)


@router.post("/matches", dependencies=[Depends(same_origin)])
async def match_by_person(
    company: CompanyDep, page: PageDep, ledger: Ledger, writing: Writing, viewer: ViewerDep, request: Request
) -> Response:
    """Keeps a person's match. Answers 400 with the reason where it cannot be kept."""
    form = await _form(request, company, 0)
    booked, arrived = _texts(form, "booked"), _texts(form, "arrived")
    comment, difference = on_one_line(str(form.get("comment") or "")), str(form.get("difference") or "")[:40]

    def keep() -> Response:
        why = objection_to_comment(False, comment)
        if why is None:
            why = arrivals.match_by_person(
                writing, company.id, company.boxes, company.rules, booked, arrived, by=viewer.user.get_name(),
                comment=comment, difference=difference,
            )  # fmt: skip
        if why is not None:
            faults = [Sentence("Nothing was matched: {why}.", why=why)]
            return _render(company, page, ledger, faults=faults, status=400)
        return RedirectResponse(page.url(f"/arrivals/{company.id}"), 303)

    return await run_in_threadpool(keep)


@router.post("/owners", dependencies=[Depends(same_origin)])
async def name_owner(
    company: CompanyDep, page: PageDep, ledger: Ledger, writing: Writing, viewer: ViewerDep, request: Request
) -> Response:
    """Keeps who looks after what is open. Answers 400 with the reason where that cannot be kept."""
    form = await _form(request, company, 0)
    items = [*_texts(form, "booked"), *_texts(form, "arrived")]
    owner, reason = on_one_line(str(form.get("owner") or "")), on_one_line(str(form.get("comment") or ""))

    def keep() -> Response:
        why = objection_to_comment(False, reason)
        if why is None:
            why = arrivals.name_owner(
                writing, company.id, company.boxes, company.rules, items, owner=owner, reason=reason,
                by=viewer.user.get_name(),
            )  # fmt: skip
        if why is not None:
            faults = [Sentence("Nobody was named: {why}.", why=why)]
            return _render(company, page, ledger, faults=faults, status=400)
        return RedirectResponse(page.url(f"/arrivals/{company.id}"), 303)

    return await run_in_threadpool(keep)


@router.post("/matches/{match_id}/undo", dependencies=[Depends(same_origin)])
async def undo(
    company: CompanyDep, page: PageDep, ledger: Ledger, writing: Writing, viewer: ViewerDep, request: Request,
    match_id: Number,
) -> Response:  # fmt: skip
    """Takes a match back, with a reason. Answers 400 without one, or where it was taken back already."""
    form = await _form(request, company, 0)
    reason = on_one_line(str(form.get("comment") or ""))

    def take_back() -> Response:
        why = objection_to_comment(False, reason)
        by = viewer.user.get_name()
        if why is None and not ledger_arrivals.undo(writing, company.id, match_id, by=by, reason=reason):
            why = Sentence("that match does not stand; look at the page again")
        if why is not None:
            faults = [Sentence("Nothing was taken back: {why}.", why=why)]
            return _render(company, page, ledger, faults=faults, status=400)
        return RedirectResponse(page.url(f"/arrivals/{company.id}"), 303)

    return await run_in_threadpool(take_back)


@router.post("/approvals/{day}", dependencies=[Depends(same_origin)])
async def approve(
    company: CompanyDep, page: PageDep, ledger: Ledger, writing: Writing, viewer: ViewerDep, request: Request,
    day: BusinessDay,
) -> Response:  # fmt: skip
    """Keeps that a person approves a day of the books that waits, as they have seen it asked. Answers 400 with the
    reason where that cannot be kept."""
    form = await _form(request, company, 0)
    seen, comment = str(form.get("seen") or ""), on_one_line(str(form.get("comment") or ""))

    def keep() -> Response:
        why = objection_to_comment(True, comment)
        if why is None:
            why = _approved(company, writing, viewer.user.get_name(), day, seen, comment)
        if why is not None:
            faults = [Sentence("{day} was not approved: {why}.", day=day, why=why)]
            return _render(company, page, ledger, faults=faults, status=400)
        return RedirectResponse(page.url(f"/arrivals/{company.id}", approved=day), 303)

    return await run_in_threadpool(keep)


def _approved(
    company: _Company, writing: psycopg.Connection, by: str, day: date, seen: str, comment: str
) -> Sentence | None:
    """Why a person's approval is not taken; None where it is on record."""
    if (box := known_books(company.id)) is None:
        return Sentence("the company has no books of what arrived")
    now = datetime.now(UTC)
    # Nobody ran the run that found it: it runs every hour by itself.
    given = ApprovedDay(company.id, day, f"board__{now.isoformat()}", Answer(by, True, now, comment=comment))
    try:
        return arrival_approval.approve(writing, box, given, seen)
    except BoxDayBusy:
        return Sentence("it is being booked right now; look at the page again in a minute")


async def _form(request: Request, company: _Company, file: int) -> FormData:
    """What a form sends, within bounds. Raises 403 for who may not decide, 411 and 413."""
    if not company.may_decide:
        raise HTTPException(403, "You may not decide what arrived for this company.")
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or not length.isascii():
        raise HTTPException(411, "The request does not say how long it is.")
    if len(length) > 12 or int(length) > file + ROOM:
        raise HTTPException(413, TOO_LONG)
    return await request.form(max_files=1 if file else 0, max_fields=2 * MOST + 10, max_part_size=ROOM)


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _matched(company: _Company, page: Page, writing: psycopg.Connection) -> Response:
    last = ledger_arrivals.last_match(writing, company.id)
    arrivals.keep_new_matches(writing, company.id, company.boxes, company.rules)
    return RedirectResponse(page.url(f"/arrivals/{company.id}", after=last), 303)


def _render(
    company: _Company,
    page: Page,
    ledger: psycopg.Connection,
    *,
    told: list[Sentence] | None = None,
    faults: list[Sentence] | None = None,
    status: int = 200,
    by_day: bool = False,
) -> Response:
    now = arrivals.standing(ledger, company.id, company.boxes, company.rules)
    statements = ledger_arrivals.statements(ledger, company.id)
    reports = ledger_settlements.reports(ledger, company.id, company.rules.since)
    owners = ledger_arrivals.owners(ledger, company.id)
    charged = settlements.charged_otherwise(company.rules, reports)
    open_amounts = sorted(now.open_amounts, key=lambda one: (one[0].day, one[0].box, one[0].form))
    matches, books = ledger_arrivals.matches(ledger, company.id, MOST_MATCHES), company.rules.books
    documents = ledger_arrivals.documents_of_books(ledger, books.box, {one.arrived for one in matches}) if books else {}
    box = known_books(company.id)
    return page.render(
        "arrivals.html",
        status=status,
        company=company,
        now=now,
        open_amounts=open_amounts[:MOST],
        open_lines=sorted(now.open_lines, key=lambda one: one[0].booked)[:MOST],
        counts=[Counter(word for _, word in rows) for rows in (now.open_amounts, now.open_lines)],
        until_of=[(account, now.until_of.get(account)) for account in sorted(_accounts(company.rules, now))],
        rolls=_rolls(company, now, by_day),
        held=held_in_erp(ledger, company.id, company.boxes, now, company.rules, last_known(now)),
        by_day=by_day,
        ages=AGES,
        statements=statements,
        gaps=arrivals.gaps(statements),
        owners=owners,
        without_owner=arrivals.without_owner(now, owners.keys()),
        longest_owner=arrivals.LONGEST_OWNER,
        reports=reports,
        charged=charged[:MOST],
        charged_rows=len(charged),
        announced=sorted(settlements.announced(now.reported), key=lambda one: one[1].day)[:MOST],
        money_of=lambda units, currency: units * quantum(currency),
        matches=matches,
        books=books.box if books else "",
        documents=documents,
        waiting_days=arrival_approval.waiting(ledger, box) if box else [],
        taken_back=ledger_arrivals.taken_back(ledger, company.id, MOST_TAKEN_BACK),
        words=WORDS,
        by=BY,
        told=told or [],
        faults=faults or [],
        most=MOST,
        longest=LONGEST_COMMENT,
        megabytes=MOST_BYTES // 1_000_000,
    )


def _accounts(rules: CompanyArrivals, now: Standing) -> set[str]:
    return {one.account for one in rules.channels.values()} | now.until_of.keys()


@dataclass(frozen=True)
class Rolled:
    """A channel's clearing account in a currency: by month, and what is open now by age."""

    channel: str
    currency: str
    months: list[Roll]
    ages: list[int]

    def money(self, units: int) -> Decimal:
        """An amount in the currency."""
        return units * quantum(self.currency)


def last_known(now: Standing) -> date:
    """Up to when the page tells: the last day of the statements or of what was booked; today where there is neither."""
    return max(filter(None, (now.until, *(one.day for one in now.amounts))), default=datetime.now(UTC).date())


def _rolls(company: _Company, now: Standing, by_day: bool) -> list[Rolled]:
    if not now.amounts:
        return []
    last = last_known(now)
    first = min(one.day for one in now.amounts)
    firsts = days(first, last)[-MOST_DAYS - 1 :] if by_day else months(first, last)[-MOST_MONTHS - 1 :]
    return [
        Rolled(name, currency, roll_forward(items, firsts), aged(items, last))
        for (name, currency), items in clearing_items(now, company.rules).items()
    ]

"""Search: from a number, a text, an amount or a name to the day, the line of the journal and the row of the source.

What was typed comes in the body of the request: addresses are logged, and it may be the name of a person.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, NamedTuple

import psycopg
from fastapi import APIRouter, Form
from fastapi.responses import Response

from cierre.board.access import Viewer, ViewerDep
from cierre.board.address import BusinessDay
from cierre.board.boxes import form_names
from cierre.board.connection import Ledger, PersonalValues
from cierre.board.pages import Page, PageDep
from cierre.board.privacy import readable
from cierre.board.search_terms import LONGEST, MOST_DAYS, Terms
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.json_text import found_at, read
from cierre.ledger import board, personal, search

MOST = 50
"""What each list of a search holds at most: the newest."""

MOST_DAYS_OF_A_PERSON = 20
"""Days of which the rows that name somebody are listed: each answer is read whole for it."""

SHORTEST = 3
"""Characters of a text that is searched; a shorter one stands in nearly everything."""

router = APIRouter(prefix="/search")


class Naming(NamedTuple):
    """A row in which a person is named; ``net`` in its box's currency, None where it has none."""

    box: str
    business_date: date
    snapshot_id: int
    kind: str
    form: str
    net: Any
    place: str


@router.get("")
def search_page(viewer: ViewerDep, page: PageDep) -> Response:
    """The form alone."""
    return _page(page, Terms.of("", None, None, datetime.now(UTC).date()))


@router.post("")
def found_page(
    viewer: ViewerDep,
    page: PageDep,
    ledger: Ledger,
    personal_values: PersonalValues,
    q: Annotated[str, Form(max_length=LONGEST)] = "",
    first: Annotated[BusinessDay | None, Form()] = None,
    last: Annotated[BusinessDay | None, Form()] = None,
) -> Response:
    """What was found in the boxes that the person may see; names of persons, where the person may see those."""
    terms = Terms.of(q, first, last, datetime.now(UTC).date())
    if len(terms.text) < SHORTEST:
        return _page(page, terms)
    boxes = _boxes(viewer, ledger, terms)
    books = search.Books(ledger, list(boxes), terms.first, terms.last, MOST)
    sent = books.sent(terms.text)
    seen = [box_id for box_id, box in boxes.items() if viewer.sees_personal_data(box)]
    naming: list[Naming] = []
    if seen and terms.may_be_personal and len(terms.text) >= personal.SHORTEST:
        with personal_values() as joining:
            naming = rows_naming(joining, terms, seen)
    return _page(
        page, terms,
        boxes=boxes,
        sent=sent,
        lines_of=search.lines_of(ledger, [one.entry_id for one in sent]),
        documents=books.documents(terms.text, terms.amount),
        held_back=books.held_back(terms.text, terms.amount),
        lines=books.lines(terms.text, terms.amount),
        naming=naming,
        names_are_searched=bool(seen),
        forms={box_id: form_names(box) for box_id, box in boxes.items()},
    )  # fmt: skip


def rows_naming(joining: psycopg.Connection, terms: Terms, boxes: list[str]) -> list[Naming]:
    """The rows in which a person is named, of the newest days. ``joining`` is the application's connection."""
    found: list[Naming] = []
    days = personal.days_of_person(joining, terms.text, boxes, terms.first, terms.last, MOST_DAYS_OF_A_PERSON)
    for box, day, snapshot_id in days:
        body = read(personal.whole_answer(joining, snapshot_id))
        for row in search.read_from(joining, box, day):
            values = (field.value for field in readable(found_at(body, row.place)))
            if personal.is_named_in(values, terms.text):
                found.append(Naming(box, day, snapshot_id, row.kind, row.form, row.net, row.place))
                if len(found) == MOST:
                    return found
    return found


def _boxes(viewer: Viewer, ledger: psycopg.Connection, terms: Terms) -> dict[str, CashBox | RetiredBox]:
    known = {row.box for row in board.months(ledger, terms.first, terms.last)}
    return {**viewer.boxes, **viewer.retired(ledger, known)}


def _page(page: Page, terms: Terms, **found: Any) -> Response:
    none: dict[str, Any] = dict.fromkeys(("sent", "documents", "held_back", "lines", "naming"), ())
    return page.render(
        "search.html",
        terms=terms,
        too_short=0 < len(terms.text) < SHORTEST,
        asked=bool(found),
        most=MOST,
        most_days=MOST_DAYS,
        longest=LONGEST,
        **(none | {"names_are_searched": False, "boxes": {}, "lines_of": {}, "forms": {}} | found),
    )

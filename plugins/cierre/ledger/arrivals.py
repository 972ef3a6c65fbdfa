"""Statements of banks as they were landed, and the matches of booked money with their movements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.matching.books import Account, MatchedRow
from cierre.bookkeeping.matching.company import Expected, Taken
from cierre.bookkeeping.statements.lines import Identity, Statement, StatementLine
from cierre.ledger.session import copy
from cierre.ledger.statements import Change, Row, Rows, Statements, Value, ValueOrNone, Values

MOST_OPEN = 50
"""Days of books that are not booked to the end, of which a person is told."""


class LandedStatement(NamedTuple):
    """A statement without its movements."""

    statement_id: int
    format: str
    account: str
    currency: str
    first_day: date
    last_day: date
    opening: Decimal | None
    closing: Decimal | None
    sha256: str
    taken_by: str
    taken_at: datetime

    def as_statement(self, lines: Sequence[StatementLine] = ()) -> Statement:
        """As certificates look at it, with its movements where these are asked for (``movements``)."""
        facts = (self.account, self.currency, self.first_day, self.last_day, self.opening, self.closing)
        return Statement(*facts, tuple(lines), self.sha256)


class KnownMovement(NamedTuple):
    """What a movement is known by (Identity)."""

    bank_id: str
    booked: date
    amount: Decimal


class LandedLine(NamedTuple):
    """A movement, and whether it is matched."""

    statement_id: int
    line: int
    booked: date
    account: str
    currency: str
    amount: Decimal
    reference: str
    channel: str
    terminal: str
    is_matched: bool
    was_undone: bool

    @property
    def id(self) -> str:
        """Its id as an item."""
        return f"{self.statement_id}:{self.line}"


class MatchedAmount(NamedTuple):
    """The money of a form of a box's day that is matched: as it was then, and when the last of it came."""

    match_id: int
    box: str
    day: date
    currency: str
    form: str
    net: Decimal
    arrived: date


class StandingMatch(NamedTuple):
    """A match as a list of them shows it: what arrived, and what more (or less) than expected a person accepted. Texts
    are empty where no person decided. ``booked``: box, date and form with ``|`` between them; ``arrived``: when the
    last of its money came, which is the day of the books of arrivals that it is in."""

    match_id: int
    why: str
    late: bool
    decided_by: str
    comment: str
    decided_at: datetime
    booked: list[str]
    amount: Decimal
    difference: Decimal
    currency: str
    arrived: date


class Decision(NamedTuple):
    """By whom a match is, and why."""

    match_id: int
    decided_by: str
    comment: str


class TakenBack(NamedTuple):
    """A match that was taken back, as a list of them shows it. ``undone_by`` is empty where its day was closed again
    with another amount; ``booked``: box, date and form with ``|`` between them."""

    match_id: int
    undone_by: str
    reason: str
    undone_at: datetime
    booked: list[str]
    amount: Decimal
    currency: str


class BookedDocuments(NamedTuple):
    """The documents of the ERP in which a match is booked: lot, sublot and number with ``/`` between."""

    match_id: int
    documents: list[str]


class ClosedSince(NamedTuple):
    """The money of a form of a day as it was matched; the day was closed again since."""

    match_id: int
    box: str
    day: date
    form: str
    currency: str
    gross: Decimal


class ArrivedDay(NamedTuple):
    """A closed day of a box that took money which is to arrive, and whether all of it did."""

    box: str
    day: date
    arrived: bool


class StateOfArrivals(NamedTuple):
    """What tells whether anything of arrivals changed; to be compared only."""

    days: Decimal | None
    matches: int | None
    undone: int


class StateOfBox(NamedTuple):
    """The same of one box."""

    box: str
    days: Decimal | None
    matches: int
    undone: int


class InTransit(NamedTuple):
    """Money of a box that was booked and did not arrive. ``age`` counts the ages that were asked about, from 0."""

    company: str
    box: str
    currency: str
    age: int
    money: Decimal


class Owner(NamedTuple):
    """Who looks after an open item, and why it is open."""

    item: str
    owner: str
    reason: str
    noted_by: str
    noted_at: datetime


class _AccountBooked(NamedTuple):
    document_key: str
    part: str
    account: str
    cost_centre: str
    item: str
    value_class: str


class _Movement(NamedTuple):
    place: int
    booked: date
    value: date
    amount: Decimal
    bank_id: str
    reference: str


class _Sql(Statements):
    lock: Value[bool]
    statements: Rows[LandedStatement]
    known_movements: Rows[KnownMovement]
    movements: Rows[_Movement]
    add_statement: Value[int]
    taken: Rows[Taken]
    lines: Rows[LandedLine]
    booked: Rows[MatchedAmount]
    matches: Rows[StandingMatch]
    decisions: Rows[Decision]
    taken_back: Rows[TakenBack]
    closed_since: Rows[ClosedSince]
    matched_rows: Rows[MatchedRow]
    booked_days: Values[date]
    documents_of_books: Rows[BookedDocuments]
    accounts_booked: Rows[_AccountBooked]
    state_of_books: ValueOrNone[str]
    open_books: Values[date]
    state_of_arrivals: Row[StateOfArrivals]
    state_of_boxes: Rows[StateOfBox]
    signs: Rows[ArrivedDay]
    in_transit: Rows[InTransit]
    last_match: Value[int]
    new_matches: Value[int]
    add_match: Value[int]
    undo: Change
    owners: Rows[Owner]
    add_owner: Value[int]


_sql = _Sql.of("arrivals")


def lock(connection: psycopg.Connection, company: str) -> None:
    """Waits until nobody else adds to what arrived of a company; holds until the end of the transaction."""
    _sql.lock(connection, company=company)


def statements(connection: psycopg.Connection, company: str) -> list[LandedStatement]:
    """A company's statements, newest days first."""
    return list(_sql.statements(connection, company=company))


def movements(connection: psycopg.Connection, statement_id: int) -> list[StatementLine]:
    """The movements of a statement by their rows, without what they were read for."""
    return [StatementLine(*one) for one in _sql.movements(connection, statement_id=statement_id)]


def known_movements(
    connection: psycopg.Connection, company: str, account: str, numbers: Iterable[str]
) -> set[Identity]:
    """What an account's movements that have one of the bank's own numbers are known by."""
    found = _sql.known_movements(connection, company=company, account=account, numbers=list(numbers))
    return {(one.bank_id, one.booked, one.amount) for one in found}


def land(connection: psycopg.Connection, company: str, format: str, statement: Statement, file: bytes, by: str) -> int:
    """Keeps a statement whole; returns its number. Raises psycopg.errors.UniqueViolation for a file that is there."""
    with connection.transaction():
        statement_id = _sql.add_statement(
            connection,
            company=company,
            format=format,
            account=statement.account,
            currency=statement.currency,
            first_day=statement.first,
            last_day=statement.last,
            opening=statement.opening,
            closing=statement.closing,
            sha256=statement.sha256,
            file=file,
            taken_by=by,
        )
        copy(
            connection,
            "landing.statement_line (statement_id, line, booked, value, amount, bank_id, reference, channel, terminal)",
            (
                (statement_id, one.place, one.booked, one.value, one.amount, one.bank_id, one.reference, one.channel,
                 one.terminal)
                for one in statement.lines
            ),
        )  # fmt: skip
    return statement_id


def taken(
    connection: psycopg.Connection, boxes: Sequence[str], forms: Sequence[str], first: date, last: date
) -> list[Taken]:
    """What closed days of boxes, both dates inclusive, took in some forms of payment."""
    return list(_sql.taken(connection, boxes=list(boxes), forms=list(forms), first=first, last=last))


def lines(connection: psycopg.Connection, company: str, since: date) -> list[LandedLine]:
    """The movements of a company's accounts since a date."""
    return list(_sql.lines(connection, company=company, since=since))


def booked(connection: psycopg.Connection, company: str, first: date, last: date) -> list[MatchedAmount]:
    """What is matched of business dates."""
    return list(_sql.booked(connection, company=company, first=first, last=last))


def matches(connection: psycopg.Connection, company: str, most: int) -> list[StandingMatch]:
    """The newest matches that stand."""
    return list(_sql.matches(connection, company=company, most=most))


def last_match(connection: psycopg.Connection, company: str) -> int:
    """The number of a company's newest match that stands; 0 where there is none."""
    return _sql.last_match(connection, company=company)


def new_matches(connection: psycopg.Connection, company: str, after: int, within: timedelta) -> int:
    """How many matches the rules made after the one of this number, and not longer ago, that stand."""
    return _sql.new_matches(connection, company=company, after=after, within=within)


def decisions(connection: psycopg.Connection, company: str) -> dict[int, Decision]:
    """The matches that stand and that people decided, by their numbers."""
    return {one.match_id: one for one in _sql.decisions(connection, company=company)}


def taken_back(connection: psycopg.Connection, company: str, most: int) -> list[TakenBack]:
    """The newest matches that were taken back, the last one first."""
    return list(_sql.taken_back(connection, company=company, most=most))


def closed_since(connection: psycopg.Connection, company: str) -> list[ClosedSince]:
    """What is matched of days that were closed again since, whatever they were closed with."""
    return list(_sql.closed_since(connection, company=company))


def matched_rows(connection: psycopg.Connection, company: str) -> list[MatchedRow]:
    """All amounts of a company that are matched, match by match."""
    return list(_sql.matched_rows(connection, company=company))


def booked_days(connection: psycopg.Connection, box: str) -> list[date]:
    """The bank's days that books of arrivals have, by the id of these."""
    return list(_sql.booked_days(connection, box=box))


def documents_of_books(connection: psycopg.Connection, box: str, days: Iterable[date]) -> dict[int, list[str]]:
    """The documents of the ERP in which matches of some days stand, by the matches; ``box`` is the books' id."""
    return {one.match_id: one.documents for one in _sql.documents_of_books(connection, box=box, days=list(days))}


def accounts_booked(connection: psycopg.Connection, box: str, day: date) -> dict[str, dict[str, Account]]:
    """Where the ERP has the documents of such books of a day (``box`` is the books' id): by their keys and the parts of
    their amounts. Without those that it never acknowledged."""
    accounts = defaultdict[str, dict[str, Account]](dict)
    for key, part, account, cost_centre, item, value_class in _sql.accounts_booked(
        connection, box=box, business_date=day
    ):
        accounts[key][part] = Account(account=account, cost_centre=cost_centre, item=item, value_class=value_class)
    return dict(accounts)


def state_of_books(connection: psycopg.Connection, box: str, day: date) -> str | None:
    """Where books of arrivals of a bank's day stand, as a box's day does; None before there are any."""
    return _sql.state_of_books(connection, box=box, business_date=day)


def open_books(connection: psycopg.Connection, box: str) -> list[date]:
    """The bank's days whose books of arrivals are not booked to the end, by the id of these; the oldest MOST_OPEN."""
    return list(_sql.open_books(connection, box=box, most=MOST_OPEN))


def state_of_arrivals(connection: psycopg.Connection, first: date, last: date) -> StateOfArrivals:
    """What ``signs`` and ``in_transit`` of business dates can have changed by since they were asked."""
    return _sql.state_of_arrivals(connection, first=first, last=last)


def state_of_boxes(
    connection: psycopg.Connection, boxes: Iterable[str], first: date, last: date
) -> dict[str, StateOfBox]:
    """The same of each of some boxes."""
    return {one.box: one for one in _sql.state_of_boxes(connection, boxes=list(boxes), first=first, last=last)}


def signs(
    connection: psycopg.Connection, forms: Iterable[tuple[str, str]], first: date, last: date
) -> list[ArrivedDay]:
    """Which closed days took money that is to arrive, and whether it did; both dates inclusive. ``forms`` are pairs of
    a box and a form of payment whose money is looked at. Nothing is asked where there is none."""
    pairs = list(forms)
    if not pairs:
        return []
    boxes, codes = zip(*pairs, strict=True)
    return list(_sql.signs(connection, boxes=list(boxes), forms=list(codes), first=first, last=last))


def in_transit(
    connection: psycopg.Connection,
    forms: Iterable[tuple[str, str, str, date]],
    ages: Sequence[int],
    first: date,
    last: date,
) -> list[InTransit]:
    """What boxes booked from ``first`` to ``last`` and did not get, as booked, by age at ``last``. ``forms``:
    company, box, form of payment, and since when its money is looked at; ``ages``: the last day of each age."""
    rows = list(forms)
    if not rows:
        return []
    companies, boxes, codes, since = (list(column) for column in zip(*rows, strict=True))
    starts = [0, *(days + 1 for days in ages)]
    return list(
        _sql.in_transit(
            connection,
            companies=companies,
            boxes=boxes,
            forms=codes,
            since=since,
            starts=starts,
            first=first,
            last=last,
        )
    )


def keep_match(
    connection: psycopg.Connection,
    company: str,
    why: str,
    amounts: Sequence[Expected],
    arrived: Sequence[LandedLine],
    *,
    late: bool = False,
    by: str | None = None,
    comment: str | None = None,
) -> int:
    """Keeps that amounts and movements belong together; returns the match's number. ``by`` and ``comment`` are a
    person's. Raises psycopg.errors.UniqueViolation where one of them is matched."""
    with connection.transaction():
        match_id = _sql.add_match(connection, company=company, why=why, late=late, decided_by=by, comment=comment)
        copy(
            connection,
            "ledger.match_booked (match_id, box, business_date, currency, form, gross, net)",
            ((match_id, one.box, one.day, one.currency, one.form, one.gross, one.net) for one in amounts),
        )
        copy(
            connection,
            "ledger.match_arrived (match_id, statement_id, line)",
            ((match_id, one.statement_id, one.line) for one in arrived),
        )
    return match_id


def undo(connection: psycopg.Connection, company: str, match_id: int, *, by: str | None, reason: str) -> bool:
    """Takes a match of a company back, for good; False where there is none, or that was done already. ``by`` is a
    person's name; None where its day was closed again with another amount."""
    return _sql.undo(connection, company=company, match_id=match_id, undone_by=by, reason=reason) > 0


def owners(connection: psycopg.Connection, company: str) -> dict[str, Owner]:
    """Who looks after a company's open items, by the items' ids."""
    return {one.item: one for one in _sql.owners(connection, company=company)}


def name_owner(
    connection: psycopg.Connection, company: str, items: Iterable[str], *, owner: str, reason: str, by: str
) -> None:
    """Keeps who looks after items, and why they are open."""
    with connection.transaction():
        for item in items:
            _sql.add_owner(connection, company=company, item=item, owner=owner, reason=reason, noted_by=by)

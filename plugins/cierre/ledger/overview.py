"""Where every box's day stands, for people: the demo's table, and whoever asks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.evidence import Grade, Posted, evidence
from cierre.bookkeeping.reconcile import Together
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.takings import sign
from cierre.ledger.rows import BoxAndDay
from cierre.ledger.statements import Change, Rows, Statements, Value


class _BoxDayRow(NamedTuple):
    box: str
    business_date: date
    state: str
    revision: int | None
    documents: int
    quarantined: int
    journal_total: Decimal
    money_by_form: dict[str, str]
    erp_documents: list[str]
    uncertain: int
    watched_until: datetime | None
    currency: str
    why: Sentence | None


class _FormMoney(NamedTuple):
    box: str
    form: str
    currency: str
    net: Decimal


class _Taking(NamedTuple):
    box: str
    kind: str
    sale_type: str | None
    returned: str | None
    currency: str
    net: Decimal


class _PostedRow(NamedTuple):
    box: str
    acknowledged_at: datetime
    read_at: datetime | None


class LateDay(NamedTuple):
    """What is known of a box's day that is not closed: its ``state`` on the board; whether its newest books wait for a
    person's answer (``asks``); the ``vendor`` that a step waits for, None for none, and whether it asks again by itself
    (``goes_on``), or has given up."""

    box: str
    business_date: date
    state: str
    asks: bool
    vendor: str | None
    goes_on: bool


class _Consolidated(NamedTuple):
    kind: str
    currency: str
    left: str
    right: str
    left_rows: int
    right_rows: int
    left_net: Decimal
    right_net: Decimal
    each_agrees: bool


class _Sql(Statements):
    box_days: Rows[_BoxDayRow]
    money_by_form: Rows[_FormMoney]
    takings: Rows[_Taking]
    posted: Rows[_PostedRow]
    posted_since: Value[int]
    closed_days: Rows[BoxAndDay]
    late_days: Rows[LateDay]
    consolidated: Rows[_Consolidated]
    told: Rows[BoxAndDay]
    note_told: Change


_sql = _Sql.of("overview")


@dataclass(frozen=True, slots=True)
class BoxDay:
    """One box's day. ``state``: reconciled, no activity, discrepancy, open, not read (``why`` says why), uncertain,
    changed (since it was closed) or elsewhere (closed at another site of the ERP).

    ``money_by_form`` is the net money of payments and receipts by form of payment id, ``money`` the same by form and
    currency, ``taken_in`` the money taken in by currency (cierre.bookkeeping.takings); ``currency`` is that in which
    the day was booked, "" where nothing was. ``erp_documents`` reads
    ``lot/sublot/document``, reversals included. ``watched_until``: until when a request that was given up may still be
    carried out; None where none may. ``posted``: how far its documents in the ERP are known.
    """

    box: str
    business_date: date
    state: str
    revision: int | None
    documents: int
    quarantined: int
    journal_total: Decimal
    money_by_form: dict[str, Decimal]
    erp_documents: list[str]
    uncertain: int
    watched_until: datetime | None = None
    currency: str = ""
    money: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    posted: tuple[Posted, ...] = ()
    taken_in: Mapping[str, Decimal] = field(default_factory=dict)
    why: Sentence | None = None

    @property
    def closed(self) -> bool:
        """Whether the day is done: it was reconciled, or there was nothing to book. A watched day is."""
        return self.state in ("reconciled", "no activity")

    @property
    def word(self) -> str:
        """Its state as people read it."""
        return {"changed": "changed since close", "elsewhere": "closed elsewhere"}.get(self.state, self.state)

    def grade(self, now: datetime, stale_after: timedelta) -> Grade | None:
        """On what evidence the ERP is known to hold it; None where nothing of it stands there, or it is not closed."""
        known = evidence(self.posted, now, stale_after) if self.closed else None
        return known.grade if known else None


def day(connection: psycopg.Connection, business_date: date) -> list[BoxDay]:
    """All boxes that were read for a date, or could not be, by name."""
    money: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for form in _sql.money_by_form(connection, business_date=business_date):
        money[form.box][form.form, form.currency] = form.net
    taken_in: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for taking in _sql.takings(connection, business_date=business_date):
        if moved := sign(taking.kind, taking.sale_type, taking.returned):
            taken_in[taking.box][taking.currency] += moved * taking.net
    posted: dict[str, list[Posted]] = defaultdict(list)
    for document in _sql.posted(connection, business_date=business_date):
        posted[document.box].append(Posted(document.acknowledged_at, document.read_at))
    return [
        BoxDay(
            **row._asdict()
            | {
                "money_by_form": {form: Decimal(net) for form, net in row.money_by_form.items()},
                "money": money[row.box],
                "posted": tuple(posted[row.box]),
                "taken_in": dict(taken_in[row.box]),
            }
        )
        for row in _sql.box_days(connection, business_date=business_date)
    ]


def posted_since(connection: psycopg.Connection, business_date: date, since: datetime) -> int:
    """How many ERP documents were confirmed for a business date from an instant on."""
    return _sql.posted_since(connection, business_date=business_date, since=since)


def closed_days(connection: psycopg.Connection, since: date) -> set[tuple[str, date]]:
    """Box and business date of every day from ``since`` on that is done: closed, watched or without activity."""
    return set(_sql.closed_days(connection, since=since))


def late_days(connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date) -> list[LateDay]:
    """What is known of days of boxes that are not closed; of one that nothing was ever read of, nothing."""
    return list(_sql.late_days(connection, boxes=list(boxes), first=first, last=last))


def consolidated(
    connection: psycopg.Connection, boxes: Sequence[str], business_date: date, currency: str
) -> dict[str, list[Together]]:
    """The day's stages side by side, summed over boxes that keep one ``currency``: what their last reconciliations
    compared, by the currency of the money, and whether all of it agreed, box by box and form by form."""
    sums: dict[str, list[Together]] = defaultdict(list)
    for row in _sql.consolidated(connection, boxes=list(boxes), business_date=business_date, currency=currency):
        compared = row._asdict()
        sums[compared.pop("currency")].append(Together(form="", **compared))
    return sums


def told(connection: psycopg.Connection, what: str, since: date) -> set[tuple[str, date]]:
    """Box and business date of every day of which people were told this before."""
    return set(_sql.told(connection, what=what, since=since))


def note_told(connection: psycopg.Connection, what: str, days: Iterable[tuple[str, date]]) -> None:
    """Keeps that people were told this of these days."""
    with connection.transaction():
        for box, business_date in days:
            _sql.note_told(connection, box=box, business_date=business_date, what=what)

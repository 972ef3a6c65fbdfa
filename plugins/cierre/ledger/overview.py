"""Where every box's day stands, for people: the demo's table, and whoever asks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import psycopg

from cierre.bookkeeping.evidence import Grade, Posted, evidence
from cierre.bookkeeping.reconcile import Comparison
from cierre.bookkeeping.sentence import Sentence, from_json
from cierre.bookkeeping.takings import sign
from cierre.ledger.session import named

_sql = named("overview")


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
        found = evidence(self.posted, now, stale_after) if self.closed else None
        return found.grade if found else None


def day(connection: psycopg.Connection, business_date: date) -> list[BoxDay]:
    """All boxes that were read for a date, or could not be, by name."""
    money: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for row in _sql.money_by_form(connection, business_date=business_date):
        money[row.box][row.form, row.currency] = row.net
    taken_in: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in _sql.takings(connection, business_date=business_date):
        if moved := sign(row.kind, row.sale_type, row.returned):
            taken_in[row.box][row.currency] += moved * row.net
    posted: dict[str, list[Posted]] = defaultdict(list)
    for row in _sql.posted(connection, business_date=business_date):
        posted[row.box].append(Posted(row.acknowledged_at, row.read_at))
    return [
        BoxDay(
            **row._asdict()
            | {
                "money_by_form": {form: Decimal(net) for form, net in row.money_by_form.items()},
                "money": money[row.box],
                "posted": tuple(posted[row.box]),
                "taken_in": dict(taken_in[row.box]),
                "why": from_json(row.why),
            }
        )
        for row in _sql.box_days(connection, business_date=business_date)
    ]


def posted_since(connection: psycopg.Connection, business_date: date, since: datetime) -> int:
    """How many ERP documents were confirmed for a business date from an instant on."""
    return _sql.posted_since(connection, business_date=business_date, since=since)


def closed_days(connection: psycopg.Connection, since: date) -> set[tuple[str, date]]:
    """Box and business date of every day from ``since`` on that is done: closed, watched or without activity."""
    return {(row.box, row.business_date) for row in _sql.closed_days(connection, since=since)}


def consolidated(connection: psycopg.Connection, boxes: Sequence[str], business_date: date) -> list[Comparison]:
    """The day's stations side by side, summed over boxes of one currency: what their last reconciliations compared."""
    return [Comparison(form="", **row._asdict()) for row in _sql.consolidated(
        connection, boxes=list(boxes), business_date=business_date
    )]  # fmt: skip


def told(connection: psycopg.Connection, what: str, since: date) -> set[tuple[str, date]]:
    """Box and business date of every day of which people were told this before."""
    return {(row.box, row.business_date) for row in _sql.told(connection, what=what, since=since)}


def note_told(connection: psycopg.Connection, what: str, days: Iterable[tuple[str, date]]) -> None:
    """Keeps that people were told this of these days."""
    with connection.transaction():
        for box, business_date in days:
            _sql.note_told(connection, box=box, business_date=business_date, what=what)

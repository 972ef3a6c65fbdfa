"""What a month of boxes holds beside its journal, as streams: days, money, corrections, decisions, evidence.

Each is by business date, but ``sent``, which is by the date in the ERP. Instants are aware.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

import psycopg

from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.attempts import UNDONE
from cierre.ledger.statements import Rows, Statements

Row = TypeVar("Row")


class Day(NamedTuple):
    """Where a business date stands; ``currency`` is None where nothing is booked."""

    box: str
    business_date: date
    state: str
    documents: int
    quarantined: int
    booked: Decimal
    currency: str | None
    revision: int | None
    first_closed_at: datetime | None


class FormMoney(NamedTuple):
    """The month's staged money of a kind and form of payment."""

    box: str
    currency: str
    kind: str
    form: str
    documents: int
    net: Decimal


class Correction(NamedTuple):
    """A business date that was booked again in the ERP; a currency is None where those books have no entry."""

    box: str
    business_date: date
    revision: int
    frozen_at: datetime
    currency_before: str | None
    booked_before: Decimal
    currency: str | None
    booked: Decimal


class Approval(NamedTuple):
    """What people were asked about a day in a DAG run (``asked_in``), and what they answered; ``comment`` is empty
    where they said nothing to it."""

    box: str
    business_date: date
    revision: int
    asked: Sentence
    asked_at: datetime
    decision: str | None
    decided_at: datetime | None
    decided_by: str | None
    comment: str
    reason: str
    asked_in: str
    revision_id: int


class Quarantined(NamedTuple):
    """A row that is not booked, and the snapshot that it stands in; ``net`` is None where it is unreadable."""

    box: str
    business_date: date
    place: str
    kind: str
    form: str
    reason: str
    message: Sentence
    net: Decimal | None
    blocking: bool
    currency: str | None
    snapshot_id: int


class Answer(NamedTuple):
    """An answer of a source that a business date was read from, by its hash; ``state`` is its certificate's, None where
    the source made no claims."""

    box: str
    business_date: date
    snapshot_id: int
    source: str
    received_at: datetime
    sha256: str
    state: str | None
    claims: int | None
    broken: int | None


class Sent(NamedTuple):
    """Something that was sent to the ERP, and what became of it."""

    box: str
    business_date: date
    entry_key: str
    reversal: bool
    entry_date: date
    currency: str
    total: Decimal
    tenant: str
    lot: str
    sublot: str
    document: str | None
    state: str
    claimed_at: datetime
    decided_at: datetime | None
    verified_at: datetime | None


class _Sql(Statements):
    days: Rows[Day]
    money_by_form: Rows[FormMoney]
    corrections: Rows[Correction]
    approvals: Rows[Approval]
    quarantined: Rows[Quarantined]
    answers: Rows[Answer]
    sent: Rows[Sent]


_sql = _Sql.of("month")

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Month:
    """Days ``first`` to ``last`` of boxes. Each method is one query, read as a stream: call it in a transaction."""

    connection: psycopg.Connection
    boxes: Sequence[str]
    first: date
    last: date

    def days(self) -> Iterator[Day]:
        """Where each business date stands."""
        return self._stream(_sql.days)

    def money_by_form(self) -> Iterator[FormMoney]:
        """Staged money by box, currency, kind and form of payment."""
        return self._stream(_sql.money_by_form)

    def corrections(self) -> Iterator[Correction]:
        """Business dates that the ERP holds in other books than before, each time that it was given them."""
        return self._stream(_sql.corrections, undone=str(UNDONE))

    def approvals(self) -> Iterator[Approval]:
        """What people were asked, and what they answered."""
        return self._stream(_sql.approvals)

    def quarantined(self) -> Iterator[Quarantined]:
        """Rows that are not booked."""
        return self._stream(_sql.quarantined)

    def answers(self) -> Iterator[Answer]:
        """The sources' answers, by their hashes."""
        return self._stream(_sql.answers)

    def sent(self) -> Iterator[Sent]:
        """What was sent to the ERP's present site with a date of the month there."""
        return self._stream(_sql.sent)

    def _stream(self, statement: Rows[Row], **values: object) -> Iterator[Row]:
        days = {"boxes": list(self.boxes), "first": self.first, "last": self.last}
        return statement.stream(self.connection, _AT_ONCE, **days, **values)


def approvals_of_day(connection: psycopg.Connection, box: str, day: date) -> list[Approval]:
    """What people were asked about a day before it was posted, and what they answered; oldest first."""
    return list(_sql.approvals(connection, boxes=[box], first=day, last=day))


def quarantined_of_day(connection: psycopg.Connection, box: str, day: date) -> list[Quarantined]:
    """A day's rows that are not booked, those that stop it first."""
    rows = _sql.quarantined(connection, boxes=[box], first=day, last=day)
    return sorted(rows, key=lambda row: not row.blocking)

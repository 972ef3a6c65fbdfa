"""What a month's checklist is made from, and the money that its entries put on accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.month_checklist import Attested, Audited, Day, Held, Place
from cierre.ledger.statements import Change, RowOrNone, Rows, Statements, ValueOrNone


class OnAccount(NamedTuple):
    """What a box's documents of a form of payment put on an account in a month of the ERP."""

    box: str
    account: str
    currency: str
    form: str
    debit: Decimal
    credit: Decimal


class _Sql(Statements):
    days: Rows[Day]
    uncertain: Rows[Place]
    asked: Rows[Place]
    unmapped: Rows[Place]
    held: Rows[Held]
    attested: Rows[Attested]
    changed_at: ValueOrNone[datetime]
    audited: RowOrNone[Audited]
    keep_audit: Change
    on_accounts: Rows[OnAccount]


_sql = _Sql.of("month_facts")


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """Days ``first`` to ``last`` of boxes, as the ledger knows them. Each method is one query."""

    connection: psycopg.Connection
    boxes: Sequence[str]
    first: date
    last: date

    def days(self) -> list[Day]:
        """The days that were read, or could not be."""
        return list(_sql.days(self.connection, **self._range))

    def uncertain(self) -> list[Place]:
        """The days of postings whose outcome is not known."""
        return list(_sql.uncertain(self.connection, **self._range))

    def asked(self) -> list[Place]:
        """The days of questions that nobody has answered."""
        return list(_sql.asked(self.connection, **self._range))

    def unmapped(self) -> list[Place]:
        """The days that a mapping cannot book, once for each thing that it lacks."""
        return list(_sql.unmapped(self.connection, **self._range))

    def held(self) -> list[Held]:
        """The days' rows in quarantine."""
        return list(_sql.held(self.connection, **self._range))

    def attested(self) -> list[Attested]:
        """Whether what the sources attest of the days was landed."""
        return list(_sql.attested(self.connection, **self._range))

    def changed_at(self) -> datetime | None:
        """When a day was last booked or reconciled; None where none was."""
        return _sql.changed_at(self.connection, **self._range)

    def audited(self) -> Audited | None:
        """The newest audit; None where none was ever kept."""
        return _sql.audited(self.connection, boxes=list(self.boxes))

    def on_accounts(self, accounts: Sequence[str]) -> list[OnAccount]:
        """What the entries that the ERP holds put on accounts; by dates in the ERP."""
        return list(_sql.on_accounts(self.connection, **self._range, accounts=list(accounts)))

    @property
    def _range(self) -> dict[str, object]:
        return {"boxes": list(self.boxes), "first": self.first, "last": self.last}


def keep_audit(
    connection: psycopg.Connection, read_at: datetime, links: int, broken: Sequence[str], wrong: int
) -> None:
    """Keeps what an audit found as of an instant (aware): how many links it read, the boxes whose chains are broken,
    and how much else is wrong."""
    _sql.keep_audit(connection, read_at=read_at, links=links, broken=list(broken), wrong=wrong)

"""Sign-offs of companies' months: what a person signed, what became of it, and which months are signed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from cierre.bookkeeping.month_checklist import Day, Line
from cierre.bookkeeping.sentence import as_json
from cierre.bookkeeping.sign_off import SignedDay, SignedMonth
from cierre.ledger.seals import Head
from cierre.ledger.session import copy
from cierre.ledger.statements import Change, RowOrNone, Rows, Statements, Value, Values


class SignOff(NamedTuple):
    """A signature of a company's month, by an Airflow user. ``ran_by`` are those who had run closes of its days;
    ``revoked_by`` is None where it was not taken back. Texts are empty where nothing was said."""

    sign_off_id: int
    company: str
    month: date
    signed_by: str
    signed_at: datetime
    comment: str
    ran_by: list[str]
    revoked_by: str | None
    reason: str
    revoked_at: datetime | None

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.revoked_by is None


class Signed(NamedTuple):
    """That a company's month is signed: by whom, and when."""

    company: str
    by: str
    at: datetime


class _Sql(Statements):
    newest: RowOrNone[SignOff]
    standing: Rows[Signed]
    history: Rows[SignOff]
    signed_months: Rows[SignedMonth]
    days: Rows[SignedDay]
    ran_by: Values[str]
    add: Value[int]
    revoke: Change


_sql = _Sql.of("sign_offs")


def newest(connection: psycopg.Connection, company: str, month: date) -> SignOff | None:
    """The newest sign-off of a company's month, by its first day, taken back or not; None where nobody signed it."""
    return _sql.newest(connection, company=company, month=month)


def standing(connection: psycopg.Connection, month: date) -> list[Signed]:
    """The companies whose month, by its first day, is signed."""
    return list(_sql.standing(connection, month=month))


def history(connection: psycopg.Connection, company: str, month: date) -> list[SignOff]:
    """Every sign-off of a company's month, newest first."""
    return list(_sql.history(connection, company=company, month=month))


def days(connection: psycopg.Connection, sign_off_id: int) -> list[SignedDay]:
    """The days as they were signed."""
    return list(_sql.days(connection, sign_off_id=sign_off_id))


def signed_months(
    connection: psycopg.Connection, box: str, company: str, dates: Iterable[date | None]
) -> list[SignedMonth]:
    """Those of the months of some dates that are signed, of a box's company or of one whose sign-off had the box."""
    months = sorted({day.replace(day=1) for day in dates if day is not None})
    return list(_sql.signed_months(connection, box=box, company=company, months=months))


def ran_by(connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date) -> set[str]:
    """Who had run closes of days of boxes about which people were asked, by the answers on record."""
    return set(_sql.ran_by(connection, boxes=list(boxes), first=first, last=last))


def sign(
    connection: psycopg.Connection,
    company: str,
    month: date,
    *,
    by: str,
    ran_by: Collection[str],
    comment: str,
    lines: Sequence[Line],
    days: Sequence[Day],
    heads: Sequence[Head],
) -> int:
    """Keeps that a person signed a company's month: its checklist, each day's revision and figures, and the heads of
    the boxes' chains. Returns its number. Raises psycopg.errors.CheckViolation for one of ``ran_by``, or for a comment
    that is too long."""
    with connection.transaction():
        sign_off_id = _sql.add(
            connection,
            company=company,
            month=month,
            signed_by=by,
            ran_by=sorted(ran_by),
            checklist=Jsonb([{"item": one.item, "mark": one.mark, "figures": as_json(one.figures)} for one in lines]),
            comment=comment or None,
        )
        copy(
            connection,
            "ledger.signed_day (sign_off_id, box, business_date, state, revision, booked, currency)",
            ((sign_off_id, *day) for day in days if day.state is not None),
        )
        copy(
            connection,
            "ledger.signed_head (sign_off_id, box, links, hash)",
            ((sign_off_id, head.box, head.links, head.hash) for head in heads),
        )
    return sign_off_id


def revoke(connection: psycopg.Connection, sign_off_id: int, *, by: str, reason: str) -> bool:
    """Takes a sign-off back, for good; False where that was done already. Raises psycopg.errors.CheckViolation without
    a reason."""
    return bool(_sql.revoke(connection, sign_off_id=sign_off_id, revoked_by=by, reason=reason))

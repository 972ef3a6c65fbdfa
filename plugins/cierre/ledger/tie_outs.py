"""Tie-outs of tenants' months: what there is to compare, and what each was found to be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.days import last_of_month
from cierre.bookkeeping.tie_out import AccountTotal, Code, ErpDocument, Finding, PostedBalance, State, TieOut
from cierre.ledger import news
from cierre.ledger.session import copy
from cierre.ledger.statements import RowOrNone, Rows, Statements, Value, Values


class Month(NamedTuple):
    """A month of a tenant's books at a site of the ERP; ``first`` is its first day."""

    site: str
    tenant: str
    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return last_of_month(self.first)


class Posting(NamedTuple):
    """That a ``box`` sends what it posts into a month to a ``lot``, and the ``connection`` that leads there."""

    connection: str
    month: Month
    box: str
    lot: str


class _PostingRow(NamedTuple):
    connection: str
    site: str
    tenant: str
    month: date
    box: str
    lot: str


class _Balance(NamedTuple):
    entry_date: date
    lot: str
    sublot: str
    document: str
    account: str
    currency: str
    balance: Decimal


class _TieOutRow(NamedTuple):
    tie_out_id: int
    site: str
    tenant: str
    month: date
    state: str
    read_at: datetime
    boxes: list[str]
    outdated: bool


class _FindingRow(NamedTuple):
    code: str
    entry_date: date
    lot: str
    sublot: str
    document: str
    account: str
    currency: str
    posted: Decimal
    erp: Decimal
    since: int
    first_seen: datetime


class _Sql(Statements):
    now: Value[datetime]
    posted: Rows[_Balance]
    lots: Values[str]
    postings: Rows[_PostingRow]
    is_posted_to: Value[bool]
    add: Value[int]
    newest: Rows[_TieOutRow]
    by_id: RowOrNone[_TieOutRow]
    accounts: Rows[AccountTotal]
    findings: Rows[_FindingRow]


_sql = _Sql.of("tie_outs")


@dataclass(frozen=True, slots=True)
class Known:
    """A tie-out as it counts now: OUTDATED where it was tied out and something was posted into the month since
    ``read_at``. ``boxes`` are the ids of those that post there, as they were last seen, or did in that
    month."""

    tie_out_id: int
    month: Month
    state: State
    read_at: datetime
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as the ledger keeps it: the number of the first tie-out that found it so, and when that was read."""

    finding: Finding
    since: int
    first_seen: datetime


def now(connection: psycopg.Connection) -> datetime:
    """The ledger's clock, by which attempts are dated."""
    return _sql.now(connection)


def posted(connection: psycopg.Connection, month: Month) -> list[PostedBalance]:
    """What stands of ours in the month, by the ERP's acknowledgements."""
    rows = _sql.posted(connection, **_range(month))
    return [PostedBalance(ErpDocument(*row[:4]), row.account, row.currency, row.balance) for row in rows]


def lots(connection: psycopg.Connection, month: Month) -> set[str]:
    """The lots of the tenant that anything was ever sent to."""
    return set(_sql.lots(connection, site=month.site, tenant=month.tenant))


def postings(
    connection: psycopg.Connection, first: date, last: date, boxes: Collection[str] | None = None
) -> list[Posting]:
    """Where these boxes (all, where none are named) sent anything into the months from that of ``first`` to that of
    ``last``, wherever they post now; without sites that the connection does not lead to any more."""
    rows = _sql.postings(
        connection, first=first.replace(day=1), last=last_of_month(last), boxes=None if boxes is None else list(boxes)
    )
    return [Posting(row.connection, Month(row.site, row.tenant, row.month), row.box, row.lot) for row in rows]


def is_posted_to(connection: psycopg.Connection, month: Month, since: datetime) -> bool:
    """Whether something of the month is being sent or deleted now, or was since an instant."""
    return _sql.is_posted_to(connection, **_range(month), since=since)


def newest(connection: psycopg.Connection, first: date, last: date) -> dict[Month, Known]:
    """The newest tie-out of every month from that of ``first`` to that of ``last``."""
    rows = _sql.newest(connection, first=first.replace(day=1), last=last)
    return {known.month: known for known in map(_known, rows)}


def by_id(connection: psycopg.Connection, tie_out_id: int) -> Known | None:
    """A tie-out by its number; None where there is none."""
    row = _sql.by_id(connection, tie_out_id=tie_out_id)
    return _known(row) if row else None


def accounts(connection: psycopg.Connection, tie_out_id: int) -> list[AccountTotal]:
    """What a tie-out found, account by account."""
    return list(_sql.accounts(connection, tie_out_id=tie_out_id))


def findings(connection: psycopg.Connection, tie_out_id: int) -> list[Found]:
    """The documents that a tie-out found otherwise, or of other lots."""
    return list(map(_found, _sql.findings(connection, tie_out_id=tie_out_id)))


def keep(
    connection: psycopg.Connection,
    month: Month,
    read_at: datetime,
    compared: TieOut | None,
    tell: Collection[str] = (),
) -> int:
    """Keeps what a month was found to be when the ERP was read from ``read_at`` on, and returns the tie-out's number;
    None for an ERP that does not say what it holds. What the one before found too is known since then.

    ``tell`` are the companies whose people are to be told, where the one before had not found something of it, or where
    the month ties out again.
    """
    with connection.transaction():
        before = newest(connection, month.first, month.first).get(month)
        known = {one.finding: one.since for one in findings(connection, before.tie_out_id)} if before else {}
        tie_out_id = _sql.add(
            connection,
            site=month.site,
            tenant=month.tenant,
            month=month.first,
            state=compared.state if compared else State.NOT_KNOWN,
            read_at=read_at,
        )
        if compared:
            _keep_accounts(connection, tie_out_id, compared.accounts)
            _keep_findings(connection, tie_out_id, compared.findings, known)
            ties_again = before is not None and before.state is State.DIFFERS and compared.state is State.TIED_OUT
            if ties_again or not known.keys() >= set(compared.findings):
                news.add(connection, news.Kind.TIE_OUT, [tie_out_id], tell)
    return tie_out_id


def _keep_accounts(connection: psycopg.Connection, tie_out_id: int, totals: Sequence[AccountTotal]) -> None:
    copy(
        connection,
        "ledger.tie_out_account (tie_out_id, account, currency, posted, erp, other_lots)",
        ((tie_out_id, one.account, one.currency, one.posted, one.erp, one.other_lots) for one in totals),
    )


def _keep_findings(
    connection: psycopg.Connection, tie_out_id: int, found: Sequence[Finding], known: dict[Finding, int]
) -> None:
    copy(
        connection,
        "ledger.tie_out_finding (tie_out_id, finding, code, entry_date, lot, sublot, document, account, currency,"
        " posted, erp, since)",
        (
            (tie_out_id, number, one.code, *one.document, one.account, one.currency, one.posted, one.erp,
             known.get(one, tie_out_id))
            for number, one in enumerate(found, start=1)
        ),
    )  # fmt: skip


def _range(month: Month) -> dict[str, object]:
    return {"site": month.site, "tenant": month.tenant, "first": month.first, "last": month.last}


def _known(row: _TieOutRow) -> Known:
    state = State(row.state)
    if row.outdated and state is State.TIED_OUT:
        state = State.OUTDATED
    return Known(row.tie_out_id, Month(row.site, row.tenant, row.month), state, row.read_at, tuple(row.boxes))


def _found(row: _FindingRow) -> Found:
    document = ErpDocument(row.entry_date, row.lot, row.sublot, row.document)
    finding = Finding(Code(row.code), document, row.account, row.currency, row.posted, row.erp)
    return Found(finding, row.since, row.first_seen)

"""Settlement reports of card acquirers as they were landed."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.statements.lines import Settlement, SettlementLine
from cierre.ledger.session import copy
from cierre.ledger.statements import Rows, Statements, Value


class LandedSettlement(NamedTuple):
    """A report without its rows."""

    settlement_id: int
    format: str
    acquirer: str
    currency: str
    first_day: date
    last_day: date
    declared: Decimal | None
    sha256: str
    taken_by: str
    taken_at: datetime


class _Row(NamedTuple):
    settlement_id: int
    line: int
    sold: date
    paid: date
    gross: Decimal
    fee: Decimal
    vat: Decimal
    withheld: Decimal
    net: Decimal
    payment: str
    reference: str
    terminal: str
    batch: str
    slip: str
    kind: str


class _Sql(Statements):
    settlements: Rows[LandedSettlement]
    add_settlement: Value[int]
    rows: Rows[_Row]


_sql = _Sql.of("settlements")


def settlements(connection: psycopg.Connection, company: str) -> list[LandedSettlement]:
    """A company's reports, newest days first."""
    return list(_sql.settlements(connection, company=company))


def reports(connection: psycopg.Connection, company: str, since: date) -> list[tuple[LandedSettlement, Settlement]]:
    """Those that tell of sales since a date, with all of their rows: a payment is paid whole."""
    heads = {one.settlement_id: one for one in settlements(connection, company)}
    found: dict[int, list[SettlementLine]] = {}
    for row in _sql.rows(connection, company=company, since=since):
        found.setdefault(row.settlement_id, []).append(SettlementLine(*row[1:]))
    made = []
    for settlement_id, rows in found.items():
        head = heads[settlement_id]
        made.append((head, Settlement(head.acquirer, head.currency, tuple(rows), head.sha256, head.declared)))
    return made


def land(
    connection: psycopg.Connection, company: str, format: str, settlement: Settlement, file: bytes, by: str
) -> int:
    """Keeps a report whole; returns its number. Raises psycopg.errors.UniqueViolation for a file that is there."""
    days = [one.sold for one in settlement.lines]
    with connection.transaction():
        settlement_id = _sql.add_settlement(
            connection,
            company=company,
            format=format,
            acquirer=settlement.acquirer,
            currency=settlement.currency,
            first_day=min(days),
            last_day=max(days),
            declared=settlement.declared,
            sha256=settlement.sha256,
            file=file,
            taken_by=by,
        )
        copy(
            connection,
            "landing.settlement_line (settlement_id, line, sold, paid, gross, fee, vat, withheld, net, payment,"
            " reference, terminal, batch, slip, kind)",
            (
                (settlement_id, one.place, one.sold, one.paid, one.gross, one.fee, one.vat, one.withheld, one.net,
                 one.payment, one.reference, one.terminal, one.batch, one.slip, one.kind)
                for one in settlement.lines
            ),
        )  # fmt: skip
    return settlement_id

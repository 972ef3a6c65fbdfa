"""Issued invoices as they are served: made of what is staged, and looked up by condition, order and page.

What a list is asked for is a tree, so its SQL is put together here: of the fixed pieces below, the names of columns
that a list has, and placeholders. No text of a question is ever a part of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from cierre.bookkeeping.conditions import Comparison, Condition, Every, Operator, Order
from cierre.bookkeeping.served_invoices import Part
from cierre.ledger.session import copy
from cierre.ledger.statements import Change, RowOrNone, Rows, Statements, Value, Values


class Invoice(NamedTuple):
    """An invoice as it is served; ``collected_on`` is the day of the last money, None while there is none."""

    id: str
    number: str
    issued_on: date
    project: str
    year: str
    sgi_project: str
    planned: str
    entity: str
    concept: str
    vat_rate: str
    base: Decimal
    total: Decimal
    collected: Decimal
    collected_on: date | None


class StagedDay(NamedTuple):
    """A box's day, as it was staged when."""

    box: str
    business_date: date
    staged_at: datetime


class Booking(NamedTuple):
    """A journal line behind an invoice, with its part of the amount and the ERP's document, where there is one."""

    entry_date: date
    lot: str | None
    sublot: str | None
    erp_document: str | None
    side: str
    account: str
    amount: Decimal | None
    currency: str
    history: str


class _Sql(Statements):
    lock_company: Value[bool]
    stale_days: Rows[StagedDay]
    strange_days: Rows[StagedDay]
    invoices_of_day: Values[str]
    empty_day: Change
    add_day: Change
    empty_invoices: Change
    add_up: Change
    invoice: RowOrNone[Invoice]
    bookings: Rows[Booking]
    counted: Value[int]


_sql = _Sql.of("served_invoices")

_COLUMNS = frozenset({"id", "number", "issued_on", "project", "year", "sgi_project", "planned"})
"""What lists are asked and sorted by."""

_COMPARED: Mapping[Operator, sql.SQL] = {
    "==": sql.SQL("{column} = {value}"),
    "!=": sql.SQL("{column} <> {value}"),
    "=lt=": sql.SQL("{column} < {value}"),
    "=le=": sql.SQL("{column} <= {value}"),
    "=gt=": sql.SQL("{column} > {value}"),
    "=ge=": sql.SQL("{column} >= {value}"),
    "=bt=": sql.SQL("{column} BETWEEN {value} AND {second}"),
    "=in=": sql.SQL("{column} = ANY({value})"),
    "=out=": sql.SQL("{column} <> ALL({value})"),
}

_OF = {"all": sql.SQL("company = %(company)s"), "planned": sql.SQL("company = %(company)s AND planned <> ''")}

_COUNT = sql.SQL("SELECT count(*)::int FROM served.invoice WHERE {of} AND {condition}")
_PAGE = sql.SQL("SELECT {columns} FROM served.invoice WHERE {of} AND {condition} ORDER BY {orders} {limit}")
_LIMIT = sql.SQL("LIMIT %(size)s OFFSET %(first)s")


def stale_days(connection: psycopg.Connection, company: str, boxes: Iterable[str], rules: str) -> list[StagedDay]:
    """The booked days of a company's boxes that are not served as they are staged, or not by these rules."""
    return list(_sql.stale_days(connection, company=company, boxes=list(boxes), rules=rules))


def strange_days(connection: psycopg.Connection, company: str, boxes: Iterable[str]) -> list[StagedDay]:
    """The days that are served of boxes that the company has no more."""
    return list(_sql.strange_days(connection, company=company, boxes=list(boxes)))


def lock(connection: psycopg.Connection, company: str) -> None:
    """Waits until nobody else makes what is served of a company; until the transaction ends, nobody does."""
    _sql.lock_company(connection, company=company)


def replace_day(
    connection: psycopg.Connection, company: str, day: StagedDay, parts: Iterable[Part] | None, rules: str
) -> set[str]:
    """Replaces what a box's day is of invoices, or takes it away; gives the invoices to add up."""
    place = {"company": company, "box": day.box, "business_date": day.business_date}
    touched = set(_sql.invoices_of_day(connection, **place))
    _sql.empty_day(connection, **place)
    if parts is None:
        return touched
    _sql.add_day(connection, **place, staged_at=day.staged_at, rules=rules)
    made = list(parts)
    copy(
        connection,
        f"served.part (company, box, business_date, {', '.join(Part._fields)})",
        ((company, day.box, day.business_date, *part) for part in made),
    )
    return touched | {part.invoice for part in made}


def add_up(connection: psycopg.Connection, company: str, invoices: Iterable[str]) -> None:
    """Makes some invoices anew from their parts."""
    some = {"company": company, "invoices": list(invoices)}
    _sql.empty_invoices(connection, **some)
    _sql.add_up(connection, **some)


def count(connection: psycopg.Connection, company: str) -> int:
    """How many invoices of a company are served."""
    return _sql.counted(connection, company=company)


def invoice(connection: psycopg.Connection, company: str, id: str) -> Invoice | None:
    """An invoice by its id; None where there is none."""
    return _sql.invoice(connection, company=company, id=id)


def bookings(connection: psycopg.Connection, company: str, id: str) -> list[Booking]:
    """The journal's lines behind an invoice."""
    return list(_sql.bookings(connection, company=company, id=id))


def page(
    connection: psycopg.Connection,
    company: str,
    condition: Condition,
    orders: Sequence[Order] = (),
    *,
    of: Literal["all", "planned"] = "all",
    first: int = 0,
    size: int | None = None,
    most: int,
) -> tuple[int, list[Invoice]]:
    """How many invoices fit a condition, and those of a page: after the ``first`` so many, ``size`` of them, else all.
    No rows where all would be more than ``most``. Sorted by the orders, then by id."""
    values: dict[str, object] = {"company": company, "first": first, "size": size}
    fits = {"of": _OF[of], "condition": _sql_of(condition, values)}
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        total = connection.execute(_COUNT.format(**fits), values).fetchone()
        number = int(total[0]) if total else 0
        if size is None and number > most:
            return number, []
        asked = _PAGE.format(
            columns=sql.SQL(", ").join(map(sql.Identifier, Invoice._fields)),
            orders=sql.SQL(", ").join(_order(order) for order in [*orders, Order("id")]),
            limit=sql.SQL("") if size is None else _LIMIT,
            **fits,
        )
        with connection.cursor(row_factory=class_row(Invoice)) as cursor:
            return number, cursor.execute(asked, values).fetchall()


def _sql_of(condition: Condition, values: dict[str, object]) -> sql.Composable:
    """The condition as SQL; what it compares with goes into ``values``, each by a name of its own."""
    if isinstance(condition, Comparison):
        return _compared(condition, values)
    if not condition.parts:
        return sql.SQL("true")
    between = sql.SQL(" AND " if isinstance(condition, Every) else " OR ")
    return sql.SQL("({})").format(between.join(_sql_of(part, values) for part in condition.parts))


def _compared(asked: Comparison, values: dict[str, object]) -> sql.Composable:
    given = [list(asked.values)] if asked.operator in ("=in=", "=out=") else list(asked.values)
    names = [f"value_{len(values) + place}" for place in range(len(given))]
    values.update(zip(names, given, strict=True))
    places = [sql.Placeholder(name) for name in names]
    return _COMPARED[asked.operator].format(column=_column(asked.field), value=places[0], second=places[-1])


def _order(order: Order) -> sql.Composable:
    return sql.SQL("{} DESC" if order.descending else "{}").format(_column(order.field))


def _column(name: str) -> sql.Identifier:
    if name not in _COLUMNS:
        raise ValueError(f"lists have no column {name!r}")
    return sql.Identifier(name)

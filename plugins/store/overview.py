"""Where every box's day stands, for people: the demo's table, and whoever asks."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import psycopg

from store.session import named

_sql = named("overview")


@dataclass(frozen=True, slots=True)
class BoxDay:
    """One box's day. ``state``: reconciled, no activity, discrepancy, open or uncertain.

    ``money_by_form`` is the net money of payments and receipts by form of payment id, in the box's currency;
    ``erp_documents`` reads ``lot/sublot/document``, reversals included.
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


def day(connection: psycopg.Connection, business_date: date) -> list[BoxDay]:
    """All boxes that were staged for a date, by name."""
    return [
        BoxDay(**row._asdict() | {"money_by_form": {form: Decimal(net) for form, net in row.money_by_form.items()}})
        for row in _sql.box_days(connection, business_date=business_date)
    ]


def posted_since(connection: psycopg.Connection, business_date: date, since: datetime) -> int:
    """How many ERP documents were confirmed for a business date from an instant on."""
    return _sql.posted_since(connection, business_date=business_date, since=since)

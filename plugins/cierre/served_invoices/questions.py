"""What a query and an order mean for the lists that are served: which fields there are, and what their values are."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cierre.bookkeeping.conditions import ANYTHING, Comparison, Condition, Every, Operand, Order
from cierre.served_invoices.rsql import BadQuery, parse

MADRID = ZoneInfo("Europe/Madrid")

MOST_ORDERS = 5
"""Fields that a list is sorted by at most."""

REDUCED = "reducida"
"""The field that is about the answer's columns: every row fits it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a list: the column that it is called by in the ledger, and how a query's text becomes its value."""

    column: str
    read: Callable[[str], Operand] = str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which rows, and whether only the columns of the SGI's first screen (None: nothing said)."""

    condition: Condition
    reduced: bool | None


def day(text: str) -> date:
    """The day in Madrid that a date or an instant is of; an instant without a zone is Madrid's. Raises BadQuery."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo is None else moment.astimezone(MADRID)).date()
    except (ValueError, OverflowError):
        raise BadQuery("“{text}” is no date: write it like 2021-01-31.", text=text[:40]) from None


INVOICES: Mapping[str, Field] = {"proyectoId": Field("project"), "fechaFactura": Field("issued_on", day)}
"""What the list of invoices is asked by; ``reducida`` besides."""

INVOICES_BY: Mapping[str, str] = {
    "id": "id", "proyectoId": "project", "anualidad": "year", "numeroFactura": "number", "fechaFactura": "issued_on",
}  # fmt: skip
"""What it may be sorted by."""

PLANNED: Mapping[str, Field] = {
    "proyectoIdSGI": Field("sgi_project"),
    "numeroPrevision": Field("planned"),
    "numeroFactura": Field("number"),
}
"""What the list of planned items is asked by."""

PLANNED_BY: Mapping[str, str] = {"id": "id", **{name: field.column for name, field in PLANNED.items()}}
"""What it may be sorted by."""


def question(q: str, fields: Mapping[str, Field], *, reducible: bool = False) -> Question:
    """What a query asks of a list with these fields; ``reducible``: whether it may say ``reducida``. Nothing asks for
    everything. Raises BadQuery."""
    if not q.strip():
        return Question(ANYTHING, None)
    asked = _Asked(fields, reducible)
    condition = asked.meaning(parse(q))
    if len(asked.reduced) == 2:
        raise BadQuery("The query asks for reducida both true and false.")
    return Question(condition, next(iter(asked.reduced), None))


class _Asked:
    """A query on a list, field by field."""

    def __init__(self, fields: Mapping[str, Field], reducible: bool) -> None:
        self.fields, self.reducible = fields, reducible
        self.reduced: set[bool] = set()

    def meaning(self, asked: Condition) -> Condition:
        if isinstance(asked, Comparison):
            return self._comparison(asked)
        return type(asked)(tuple(map(self.meaning, asked.parts)))

    def _comparison(self, asked: Comparison) -> Condition:
        if self.reducible and asked.field == REDUCED:
            self.reduced.add(_flag(asked))
            return Every(())
        field = self.fields.get(asked.field)
        if field is None:
            raise BadQuery(
                "There is no field “{field}” to ask by; there are {known}.",
                field=asked.field[:40],
                known=", ".join([*self.fields, *([REDUCED] if self.reducible else [])]),
            )
        return Comparison(field.column, asked.operator, tuple(field.read(str(value)) for value in asked.values))


def _flag(asked: Comparison) -> bool:
    (value, *_) = asked.values
    if asked.operator not in ("==", "!=") or value not in ("true", "false"):
        raise BadQuery("reducida is either true or false: write reducida==true.")
    return (value == "true") == (asked.operator == "==")


def orders(s: str, columns: Mapping[str, str]) -> tuple[Order, ...]:
    """The orders that ``field,asc;field,desc`` says, by column; none for nothing. Raises BadQuery."""
    asked = s.strip().removesuffix(";")
    if not asked:
        return ()
    said = asked.split(";")
    if len(said) > MOST_ORDERS:
        raise BadQuery("A list is sorted by {most} fields at most, not by {n}.", most=MOST_ORDERS, n=len(said))
    return tuple(_order(one, columns) for one in said)


def _order(said: str, columns: Mapping[str, str]) -> Order:
    name, _, direction = (part.strip() for part in said.partition(","))
    if name not in columns:
        raise BadQuery(
            "There is no field “{name}” to sort by; there are {known}.", name=name[:40], known=", ".join(columns)
        )
    if direction.lower() not in ("", "asc", "desc"):
        raise BadQuery("“{direction}” is no direction to sort in: write asc or desc.", direction=direction[:40])
    return Order(columns[name], direction.lower() == "desc")

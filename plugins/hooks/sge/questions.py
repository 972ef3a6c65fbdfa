"""Queries as the SGE takes them: conditions in RSQL for ``q``, orders for ``s`` (sge.seed.md, field-notes.md)."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

MADRID = ZoneInfo("Europe/Madrid")

Operator = Literal["==", "!=", "=lt=", "=le=", "=gt=", "=ge="]


def compare(field: str, operator: Operator, value: str) -> str:
    """``field==value``, or another operator. Raises ValueError for a field that cannot be written unquoted."""
    return f"{_field(field)}{operator}{quoted(value)}"


def between(field: str, low: str, high: str) -> str:
    """``field`` from ``low`` to ``high``, both included."""
    return f"{_field(field)}=bt=({quoted(low)},{quoted(high)})"


def one_of(field: str, values: Iterable[str]) -> str:
    """``field`` is any of the values."""
    return f"{_field(field)}=in=({','.join(map(quoted, values))})"


def all_of(*conditions: str) -> str:
    """All conditions must hold."""
    return ";".join(conditions)


def ordered_by(*orders: tuple[str, Literal["asc", "desc"]]) -> str:
    """The text of ``s``: ``("anualidad", "desc"), ("id", "asc")`` is ``anualidad,desc;id,asc``."""
    return ";".join(f"{_field(field)},{direction}" for field, direction in orders)


def issued_between(first: date, last: date) -> str:
    """Invoices dated from ``first`` to ``last``, whole days of Madrid, both included.

    The bounds are the very instants at which those days begin and end. A server that counts in Madrid's days or in
    instants gives just these days; one that cuts the date off the text gives one day more at the beginning.
    """
    begin = datetime.combine(first, time(), MADRID)
    end = datetime.combine(last + timedelta(days=1), time(), MADRID)
    return between("fechaFactura", _instant(begin), _instant(end - timedelta(seconds=1)))


def quoted(value: str) -> str:
    """A value in double quotes, its own quotes and backslashes escaped."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _field(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name):
        raise ValueError(f"{name!r} is not the name of a field")
    return name


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

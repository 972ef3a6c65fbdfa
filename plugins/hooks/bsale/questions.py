"""What may be asked of Bsale's payments, by its own names (bsale.seed.txt, Parametros)."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import Any

SHOWN = {"fields", "expand"}
LIST_FILTERS = SHOWN | {"recorddate", "documentid", "number", "codesii", "state"}
GROUP_FILTERS = SHOWN | {"recorddate", "codesii", "documentid", "officeid", "paymenttypeid"}


def question(known: Collection[str], **filters: Any) -> dict[str, str]:
    """Filters as the query string takes them; those that are None are left out.

    ``recorddate`` is a day, sent as its first second in UTC; ``fields`` and ``expand`` are lists of names; ``codesii``
    may be several codes. Raises TypeError for a filter that Bsale does not document.
    """
    if unknown := filters.keys() - set(known):
        raise TypeError(f"Bsale has no filter {', '.join(sorted(unknown))} here; known are {', '.join(sorted(known))}")
    return {name: _text(name, value) for name, value in filters.items() if value is not None}


def midnight(day: date) -> int:
    """A day as Bsale takes it: 00:00 UTC in epoch seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _text(name: str, value: Any) -> str:
    if name in SHOWN:
        return f"[{','.join(value)}]"
    if isinstance(value, date):
        return str(midnight(value))
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)

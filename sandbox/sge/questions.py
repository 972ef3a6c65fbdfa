"""What a query and a sort order mean for the SGE's lists: which fields there are, and how each is compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.sge.rsql import All, BadQuery, Comparison, Node, Some, parse

MADRID = ZoneInfo("Europe/Madrid")


@dataclass(frozen=True)
class Field:
    """A field that a query may name: how a row has it, and how the query's text becomes the like.

    One without ``of`` is about the answer's columns, not about its rows: every row fits it.
    """

    of: Callable[[Any], Any] | None
    read: Callable[[str], Any] = str


Fields = Mapping[str, Field]


class Query:
    """A query on a list whose rows have ``fields``. An empty text fits every row. Raises BadQuery."""

    def __init__(self, text: str, fields: Fields) -> None:
        self._fields = fields
        self._root = parse(text) if text else None
        self._fits = self._predicate(self._root) if self._root else lambda row: True

    def fits(self, row: Any) -> bool:
        """Whether the row is asked for."""
        return self._fits(row)

    def says(self, selector: str, value: str) -> bool:
        """Whether the query has ``selector==value`` anywhere."""
        return any(
            part.selector == selector and part.operator == "==" and part.arguments == (value,)
            for part in _comparisons(self._root)
        )

    def _predicate(self, node: Node) -> Callable[[Any], bool]:
        if isinstance(node, Comparison):
            return self._comparison(node)
        parts = [self._predicate(part) for part in node.parts]
        together = all if isinstance(node, All) else any
        return lambda row: together(part(row) for part in parts)

    def _comparison(self, node: Comparison) -> Callable[[Any], bool]:
        field = self._fields.get(node.selector)
        if field is None:
            known = ", ".join(self._fields)
            raise BadQuery(f"there is no field {node.selector} to query; there are {known}")
        wanted = [field.read(text) for text in node.arguments]
        compare = _COMPARE[node.operator]

        def fits(row: Any) -> bool:
            if field.of is None:
                return True
            value = field.of(row)
            return value is not None and compare(value, *wanted)

        return fits


_COMPARE: dict[str, Callable[..., bool]] = {
    "==": lambda value, other: value == other,
    "!=": lambda value, other: value != other,
    "=lt=": lambda value, other: value < other,
    "=le=": lambda value, other: value <= other,
    "=gt=": lambda value, other: value > other,
    "=ge=": lambda value, other: value >= other,
    "=bt=": lambda value, low, high: low <= value <= high,
    "=in=": lambda value, *others: value in others,
    "=out=": lambda value, *others: value not in others,
}


def _comparisons(node: Node | None) -> Sequence[Comparison]:
    if node is None:
        return []
    if isinstance(node, (All, Some)):
        return [found for part in node.parts for found in _comparisons(part)]
    return [node]


def day_field(of: Callable[[Any], date], bounds: str) -> Field:
    """A field that is a day in Madrid; ``bounds`` says what a bound with a time means (``Settings.bounds``)."""
    if bounds == "instant":
        return Field(lambda row: datetime.combine(of(row), time(), MADRID), _moment)
    if bounds == "text":
        return Field(of, lambda text: _moment(text).date())
    return Field(of, lambda text: _moment(text).astimezone(MADRID).date())


def _moment(text: str) -> datetime:
    """A bound as an instant; without a zone it is Madrid's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuery(f"{text!r} is no date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=MADRID)


def flag(text: str) -> bool:
    """``true`` or ``false``. Raises BadQuery."""
    if text not in ("true", "false"):
        raise BadQuery(f"{text!r} is neither true nor false")
    return text == "true"


def in_order(rows: Sequence[Any], text: str, fields: Mapping[str, Callable[[Any], Any]]) -> list[Any]:
    """The rows sorted as ``field,asc;field,desc`` says; as they are without a text. Raises BadQuery."""
    ordered = list(rows)
    for order in reversed(text.split(";") if text else []):
        name, _, direction = order.strip().partition(",")
        if name not in fields:
            raise BadQuery(f"there is no field {name!r} to sort by; there are {', '.join(fields)}")
        if direction.lower() not in ("", "asc", "desc"):
            raise BadQuery(f"{direction!r} is no direction to sort in: asc or desc")
        ordered.sort(key=fields[name], reverse=direction.lower() == "desc")
    return ordered

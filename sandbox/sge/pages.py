"""Pages of a list, by request headers, and what can go wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.sge.rsql import BadQuery
from sandbox.sge.settings import Settings


@dataclass(frozen=True)
class Page:
    """Rows, and the headers that say where they stand."""

    rows: Sequence[Any]
    headers: dict[str, str]


def page_of(rows: Sequence[Any], headers: Mapping[str, str], settings: Settings) -> Page:
    """The page that ``X-Page`` (from 0) and ``X-Page-Size`` ask for; all rows without them. Raises BadQuery."""
    number, size = _number(headers, "X-Page", 0), _number(headers, "X-Page-Size", len(rows) or 1)
    size = max(min(size, settings.page_cap or size), 1)
    pages = max(-(-len(rows) // size), 1)
    told = {
        "X-Page": str(number),
        "X-Page-Size": str(size),
        "X-Page-Count": str(pages),
        "X-Total-Count": str(len(rows)),
    }
    shown = _rows(rows, number, size, settings)
    told["X-Page-Total-Count"] = str(len(shown))
    return Page(shown, told if settings.announce_pages else {})


def _rows(rows: Sequence[Any], number: int, size: int, settings: Settings) -> Sequence[Any]:
    begin = number * size
    if number and settings.pages == "missing":
        return []
    if number and settings.pages == "repeated":
        begin -= size
    if number and settings.pages == "shifted":  # a row came in before the ones that were read already
        begin -= 1
    return rows[begin : begin + size]


def _number(headers: Mapping[str, str], name: str, otherwise: int) -> int:
    text = headers.get(name, "")
    if not text:
        return otherwise
    if not text.isdecimal():
        raise BadQuery(f"{name} is {text!r}, which is no number")
    return int(text)

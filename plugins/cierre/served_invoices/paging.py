"""Pages of a list, by request headers: ``X-Page`` (from 0) and ``X-Page-Size``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cierre.served_invoices.rsql import BadQuery

MOST_AT_ONCE = 10_000
"""Rows of an answer. A longer list is refused, never cut: a client that knows no pages would take it for whole."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; without a ``size`` all of it."""

    number: int
    size: int | None

    @property
    def first(self) -> int:
        """Rows before it."""
        return self.number * (self.size or 0)

    def headers(self, shown: int, total: int) -> dict[str, str]:
        """What an answer with so many rows of so many tells. Raises BadQuery for a list that must be asked for by
        pages."""
        if self.size is None and total > MOST_AT_ONCE:
            raise BadQuery(
                "{total} invoices fit, and {most} are given at once: ask by pages (headers X-Page and X-Page-Size), or"
                " for fewer days.",
                total=total, most=MOST_AT_ONCE,
            )  # fmt: skip
        size = self.size or max(total, 1)
        return {
            "X-Page": str(self.number),
            "X-Page-Size": str(size),
            "X-Page-Count": str(max(-(-total // size), 1)),
            "X-Page-Total-Count": str(shown),
            "X-Total-Count": str(total),
        }


def asked_page(headers: Mapping[str, str]) -> Page:
    """The page that a request asks for. Raises BadQuery."""
    number, size = _number(headers, "X-Page", 0), _number(headers, "X-Page-Size", None)
    if size is None and number:
        raise BadQuery("X-Page asks for a page, and X-Page-Size does not say how many rows it has.")
    if size is not None and not 1 <= size <= MOST_AT_ONCE:
        raise BadQuery("X-Page-Size is from 1 to {most}, not {size}.", most=MOST_AT_ONCE, size=size)
    return Page(number or 0, size)


def _number(headers: Mapping[str, str], name: str, otherwise: int | None) -> int | None:
    text = headers.get(name, "").strip()
    if not text:
        return otherwise
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise BadQuery("{name} is “{text}”, which is no number of a page or of rows.", name=name, text=text[:40])
    return int(text)

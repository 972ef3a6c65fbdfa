"""What is landed of a company's day: put together from Zeta's answers, and taken apart again.

One JSON object, rows as they came: ``day``, ``currencies`` (ISO code by MonedaCodigo, as the connection says),
``sales`` (of Ventas, those of the day; ``of_month`` counts all that came), ``query`` (QueryVentas of the day, page by
page), ``lines`` (the day's of VentasDetalladas; ``snapshot`` is the landed answer they are from, if one was needed) and
``single_lines`` (of VentaDetallada, for the sales named in ``singly``). ``asked`` says what was asked for each.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hooks.errors import DataError, RetriableError
from hooks.zeta_lines import by_invoice
from hooks.zeta_shapes import VENDOR, code, field, invoice_id
from hooks.zeta_wire import Row, day_of, decode, encode


@dataclass(frozen=True, slots=True)
class Landing:
    """A company's day. ``lines`` are by FacturaId; ``currencies`` ISO codes by MonedaCodigo."""

    day: date
    currencies: Mapping[str, str]
    sales: list[Row]
    query: list[Row]
    lines: Mapping[str, list[Row]]


def body(
    *,
    day: date,
    asked: Mapping[str, str],
    currencies: Mapping[str, str],
    of_month: int,
    sales: list[Row],
    pages: list[list[Row]],
    lines: list[Row],
    snapshot: int | None,
    singly: list[str],
    single_lines: list[Row],
) -> str:
    """The text that is landed."""
    return encode(
        {
            "day": day.isoformat(),
            "asked": dict(asked),
            "currencies": dict(currencies),
            "of_month": of_month,
            "sales": sales,
            "query": pages,
            "lines": lines,
            "snapshot": snapshot,
            "singly": singly,
            "single_lines": single_lines,
        }
    ).decode()


def landing(text: str) -> Landing:
    """A landed text, taken apart. Raises DataError if it is none of ``body``."""
    try:
        said: dict[str, Any] = decode(text)
        lines = by_invoice(said["lines"])
        lines.update(by_invoice(said["single_lines"]))
        return Landing(
            day=date.fromisoformat(said["day"]),
            currencies=said["currencies"],
            sales=said["sales"],
            query=[row for page in said["query"] for row in page],
            lines=lines,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError("the landed text is no day of Zeta", vendor=VENDOR) from None


def of_day(sales: Iterable[Row], day: date, about: str) -> list[Row]:
    """The month's sales that are of a day. Raises DataError for those of another month, or of a day nobody can tell."""
    found, strange = [], []
    for sale in sales:
        dated = day_of(sale.get("FacturaFecha"))
        if dated is None or (dated.year, dated.month) != (day.year, day.month):
            strange.append(f"{invoice_id(sale) or 'one without FacturaId'} ({sale.get('FacturaFecha')})")
        elif dated == day:
            found.append(sale)
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        message = f"{about}: {len(strange)} sales are of no day of {day:%Y-%m}: {named}"
        raise DataError(message, vendor=VENDOR)
    return found


def whole(pages: list[list[Row]], first: date, last: date, about: str) -> None:
    """Raises RetriableError where a query's pages shifted, DataError for a sale without id or of another day."""
    seen: set[str] = set()
    for row in (row for page in pages for row in page):
        id, dated = invoice_id(row), day_of(field(row, "Fecha"))
        if not id:
            raise DataError(f"{about}: a row has no FacturaId", vendor=VENDOR)
        if id in seen:
            raise RetriableError(f"{about}: {id} comes twice, so pages shifted while they were read", vendor=VENDOR)
        if dated is None or not first <= dated <= last:
            raise DataError(f"{about}: {id} is of {code(row.get('Fecha')) or 'no day'}", vendor=VENDOR)
        seen.add(id)

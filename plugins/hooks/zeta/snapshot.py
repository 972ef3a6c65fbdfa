"""What is landed of a company's day: put together from Zeta's answers, and taken apart again.

One JSON object, rows as they came: ``day``, ``currencies`` (ISO code by MonedaCodigo, as the connection says),
``sales`` (of Ventas, those of the day; ``of_month`` counts all that came), ``query`` (QueryVentas of the day, page by
page), ``lines`` (the day's of VentasDetalladas; ``snapshot`` is the landed answer they are from, if one was needed) and
``single_lines`` (of VentaDetallada, for the sales named in ``singly``). ``asked`` says what was asked for each,
``vouchers`` what numbers and codes of vouchers stand for at this connection, ``receipts`` whether it reads Recibos de
Cobranza, and, where it does, how, and those of the day, page by page. What was landed before these were, lacks them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cierre.ports.errors import DataError, RetriableError
from hooks.zeta.lines import by_invoice
from hooks.zeta.wire import Row, day_of, decode, encode
from hooks.zeta.words import VENDOR, VOUCHER_TYPES, Voucher, field as field_of, invoice_id, shown

if TYPE_CHECKING:
    from hooks.zeta.settings import Settings


@dataclass(frozen=True, slots=True)
class Landing:
    """A company's day. ``lines`` are by FacturaId; ``currencies`` ISO codes by MonedaCodigo."""

    day: date
    currencies: Mapping[str, str]
    sales: list[Row]
    query: list[Row]
    lines: Mapping[str, list[Row]]
    voucher_types: Mapping[str, Voucher]
    vouchers: Mapping[str, Voucher]
    receipts: "Receipts | None" = None


@dataclass(frozen=True, slots=True)
class Receipts:
    """A company's receipts of the day, and how the connection says that they are read; none where it does not.

    ``sign`` is that of money that came in, 0 where it is not known; ``pages`` keep each row's place.
    """

    are_read: bool
    unissued_too: bool = False
    sign: int = 0
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    pages: list[list[Row]] = field(default_factory=list)


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
    vouchers: Mapping[str, Mapping[str, str]] | None = None,
    receipts: Mapping[str, Any] | None = None,
) -> str:
    """The text that is landed. ``vouchers``: ``types`` and ``codes``; ``receipts``: see ``how_receipts_are_read``."""
    further = {"vouchers": vouchers, "receipts": receipts}
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
            **{name: value for name, value in further.items() if value is not None},
        }
    ).decode()


def how_receipts_are_read(settings: "Settings", day: date, pages: list[list[Row]]) -> dict[str, Any]:
    """What is landed of receipts: that they are not read, or the day's, and how to read them."""
    if settings.receipts == "off":
        return {"read": False}
    rates = {name: rate for name, rate in settings.receipt_rates.items() if name.startswith(day.isoformat())}
    return {
        "read": True,
        "unissued": settings.receipts == "all",
        "sign": int(settings.receipt_sign or 0),
        "rates": {name.split()[-1]: str(rate) for name, rate in rates.items()},
        "pages": pages,
    }


def landing(text: str) -> Landing:
    """A landed text, taken apart. Raises DataError if it is none of ``body``."""
    try:
        said: dict[str, Any] = decode(text)
        lines = by_invoice(said["lines"])
        lines.update(by_invoice(said["single_lines"]))
        vouchers = said.get("vouchers") or {"types": VOUCHER_TYPES, "codes": {}}
        return Landing(
            day=date.fromisoformat(said["day"]),
            currencies={number: code for number, code in said["currencies"].items() if isinstance(code, str)},
            sales=_objects(said["sales"]),
            query=_objects(row for page in said["query"] for row in page),
            lines=lines,
            voucher_types={number: Voucher(name) for number, name in vouchers["types"].items()},
            vouchers={number: Voucher(name) for number, name in vouchers["codes"].items()},
            receipts=_receipts(said["receipts"]) if "receipts" in said else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise DataError("the landed text is no day of Zeta", vendor=VENDOR) from None


def _receipts(said: Mapping[str, Any]) -> Receipts:
    if not said["read"]:
        return Receipts(are_read=False)
    return Receipts(
        are_read=True,
        unissued_too=said["unissued"],
        sign=said["sign"],
        rates={currency: Decimal(rate) for currency, rate in said["rates"].items()},
        pages=[_objects(page) for page in said["pages"]],
    )


def _objects(rows: Iterable[Any]) -> list[Row]:
    """Rows that are objects, all of them. Raises TypeError."""
    found = list(rows)
    if not all(isinstance(row, dict) for row in found):
        raise TypeError("not an object")
    return found


def of_day(sales: Iterable[Row], day: date, about: str) -> list[Row]:
    """The month's sales that are of a day. Raises DataError for those of another month, or of a day nobody can tell."""
    found, strange = [], []
    for sale in sales:
        dated = day_of(sale.get("FacturaFecha"))
        if dated is None or (dated.year, dated.month) != (day.year, day.month):
            strange.append(f"{invoice_id(sale) or 'one without FacturaId'} ({shown(sale.get('FacturaFecha'))})")
        elif dated == day:
            found.append(sale)
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        message = f"{about}: {len(strange)} sales are of no day of {day:%Y-%m}: {named}"
        raise DataError(message, vendor=VENDOR)
    return found


def whole(pages: list[list[Row]], first: date, last: date, about: str) -> None:
    """Raises RetriableError where a query's rows changed meanwhile, DataError for one without id or of another day."""
    seen: set[str] = set()
    for row in (row for page in pages for row in page):
        id, dated = invoice_id(row), day_of(field_of(row, "Fecha"))
        if not id:
            raise DataError(f"{about}: a row has no FacturaId", vendor=VENDOR)
        if id in seen:
            raise RetriableError(f"{about}: {id} comes twice: something changed while it was read", vendor=VENDOR)
        if dated is None or not first <= dated <= last:
            raise DataError(f"{about}: {id} is of no day of the query: {shown(field_of(row, 'Fecha'))}", vendor=VENDOR)
        seen.add(id)

"""Which lines belong to which sale, and whether they come to what the sale says (zeta.seed.txt, VentasDetalladas).

The document says that the answer "forks into two sections", header and lines, and not how: most sites send one flat row
a line, some nest the lines in their sale, some send two sections. All are read as flat rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cierre.bookkeeping.money import ZERO, AmountError, exact
from hooks.zeta.wire import Row
from hooks.zeta.words import code, field, invoice_id, is_missing

SUMS = {"FacturaSubtotal": "LineaSubtotal", "FacturaIVA": "LineaIVA", "FacturaTotal": "LineaTotal"}
"""A sale's amount -> the lines' that it is the sum of."""

OF_A_LINE = ("LineaSubtotal", "LineaIVA", "LineaTotal", "IVATasa")
"""Fields that only a line has."""

DEEPEST = 5
"""How deep lines are looked for in a row."""

A_CENT = Decimal("0.01")

MOST_DECIMALS = 20


def by_invoice(rows: Any) -> dict[str, list[Row]]:
    """Lines by their FacturaId, in their order, whatever shape they come in; rows without lines stand as they are."""
    found: dict[str, list[Row]] = defaultdict(list)
    for line in flat(rows):
        found[invoice_id(line)].append(line)
    return dict(found)


def flat(rows: Any) -> list[Row]:
    """One row a line, with its sale's fields, out of flat rows, nested ones, or two sections."""
    made = list(_lines_in(rows, {}, 0))
    # In two sections only the header says what all lines of a sale share, and it alone may name the sale.
    headers = {invoice_id(row): row for row in made if not is_line(row)}
    if len(headers) == 1:
        headers[""] = next(iter(headers.values()))
        made = [row if invoice_id(row) else headers[""] | row for row in made]
    with_lines = {invoice_id(row) for row in made if is_line(row)}
    return [
        headers.get(invoice_id(row), {}) | row if is_line(row) else row
        for row in made
        if is_line(row) or invoice_id(row) not in with_lines
    ]


def is_line(row: Row) -> bool:
    """Whether a row is a line, and not a sale whose lines nobody found."""
    return any(name in row for name in OF_A_LINE)


def carries_money(line: Row) -> bool:
    """Whether a line has an amount. One without, which is a mere text, changes nothing, whatever its rate."""
    amounts = [line.get(name) for name in SUMS.values()]
    return not all(is_missing(amount) or number(amount) == ZERO for amount in amounts)


def lines_within(sale: Row) -> list[Row]:
    """The lines that are nested in a sale's own row, if there are any."""
    return [row for row in flat([sale]) if is_line(row)]


def _lines_in(value: Any, outer: Row, depth: int) -> Iterator[Row]:
    """The lines in a value, each with the fields of what it stands in; a row without any as it is."""
    if isinstance(value, list):
        for each in value:
            yield from _lines_in(each, outer, depth)
        return
    if not isinstance(value, dict):
        return
    nested = [each for each in value.values() if isinstance(each, (list, dict))]
    own = {name: each for name, each in value.items() if not isinstance(each, (list, dict))}
    if is_line(own) or not nested or depth >= DEEPEST:
        yield outer | own
        return
    # A header in an object of its own is a part of the sale; one in a list is one of many.
    headers = [each for each in nested if isinstance(each, dict) and not _has_lines(each, depth)]
    shared = outer | own
    for header in headers:
        shared |= {name: each for name, each in header.items() if not isinstance(each, (list, dict))}
    others = [each for each in nested if each not in headers]
    if others and not any(others):
        return  # a sale of no lines
    found = [row for each in others for row in _lines_in(each, shared, depth + 1)]
    yield from found or [shared]


def _has_lines(value: Any, depth: int) -> bool:
    if isinstance(value, list):
        return any(_has_lines(each, depth) for each in value)
    if not isinstance(value, dict) or depth > DEEPEST:
        return False
    return is_line(value) or any(_has_lines(each, depth + 1) for each in value.values())


def lacking(sales: Iterable[Row], lines: Mapping[str, Sequence[Row]]) -> list[str]:
    """The FacturaIds of sales whose lines are not there, or are those of an older state of the sale.

    Not those whose lines came in a shape that is not known: asked one by one, they would come in the same.
    """
    return [
        id
        for sale in sales
        if (id := invoice_id(sale))
        and not agree(sale, lines.get(id, ()))
        and all(map(is_line, lines.get(id, ())))
        and not agree(sale, lines_within(sale))
    ]


def agree(sale: Row, lines: Sequence[Row]) -> bool:
    """Whether lines are a sale's: in its currency, and each of its amounts is their sum, a cent a line aside."""
    currency = code(sale.get("MonedaCodigo"))
    if not lines or any(code(line.get("MonedaCodigo")) != currency for line in lines):
        return False
    lines = [line for line in lines if carries_money(line)]
    for whole, part in SUMS.items():
        said, total = _said(sale, whole), _sum(number(line.get(part)) for line in lines)
        if not said or total is None or all(abs(abs(one) - abs(total)) > A_CENT * len(lines) for one in said):
            return False
    return True


def _said(sale: Row, whole: str) -> list[Decimal]:
    """What a sale says that an amount is. A total can be rounded, which its lines are not: then by its parts, too."""
    said = number(field(sale, whole))
    if whole != "FacturaTotal" or said is None:
        return [] if said is None else [said]
    total = _sum(number(sale.get(name)) for name in ("FacturaSubtotal", "FacturaIVA"))
    return [said] if total is None else [said, total]


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None where a part is missing."""
    total = ZERO
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def number(value: object) -> Decimal | None:
    """A number, or its text, exactly; None where it is none."""
    try:
        found = exact(value)
    except AmountError:
        return None
    exponent = found.as_tuple().exponent
    return found if isinstance(exponent, int) and exponent > -MOST_DECIMALS else None

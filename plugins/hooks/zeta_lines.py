"""Which lines belong to which sale, and whether they come to what the sale says (zeta.seed.txt, VentasDetalladas)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from hooks.zeta_shapes import code, field, invoice_id
from hooks.zeta_wire import Row

SUMS = {"FacturaSubtotal": "LineaSubtotal", "FacturaIVA": "LineaIVA", "FacturaTotal": "LineaTotal"}
"""A sale's amount -> the lines' that it is the sum of."""

A_CENT = Decimal("0.01")


def by_invoice(lines: Iterable[Row]) -> dict[str, list[Row]]:
    """Lines by their FacturaId, in their order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for line in lines:
        found[invoice_id(line)].append(line)
    return dict(found)


def lacking(sales: Iterable[Row], lines: Mapping[str, Sequence[Row]]) -> list[str]:
    """The FacturaIds of sales whose lines are not there, or are those of an older state of the sale."""
    return [id for sale in sales if (id := invoice_id(sale)) and not agree(sale, lines.get(id, ()))]


def agree(sale: Row, lines: Sequence[Row]) -> bool:
    """Whether lines are a sale's: in its currency, and each of its amounts is their sum, a cent a line aside."""
    currency = code(sale.get("MonedaCodigo"))
    if not lines or any(code(line.get("MonedaCodigo")) != currency for line in lines):
        return False
    for whole, part in SUMS.items():
        said, parts = number(field(sale, whole)), [number(line.get(part)) for line in lines]
        if said is None or None in parts or abs(abs(said) - abs(sum(parts))) > A_CENT * len(lines):
            return False
    return True


def number(value: object) -> Decimal | None:
    """A number, or its text, exactly; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        found = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None

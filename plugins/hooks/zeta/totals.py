"""What a box's raw rows sum to, and what Zeta itself says of them from another path; apart from ``read``."""

from collections import Counter, defaultdict
from decimal import Decimal

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.documents import Kind, Total
from cierre.bookkeeping.money import AmountError, amount
from cierre.bookkeeping.sentence import Sentence
from hooks.zeta.lines import number
from hooks.zeta.rows import form_of, kind_of, own_currency
from hooks.zeta.snapshot import Landing
from hooks.zeta.wire import Row
from hooks.zeta.words import box_key, code


def control_totals(landed: Landing, *, key: str) -> list[Total]:
    """Rows and money by kind and form, sorted; each form holds one currency, and its money is in that.

    Counts every row of the box, booked or not (those that name no box count in each); an amount that cannot be read
    adds to the count and nothing to the sum.
    """
    counts: Counter[tuple[Kind, str]] = Counter()
    sums: dict[tuple[Kind, str], Decimal] = defaultdict(Decimal)
    currencies: dict[tuple[Kind, str], str] = {}
    for row in landed.sales:
        if box_key(row) in ("", key):
            place = (kind_of(row), form_of(row, landed))
            counts[place] += 1
            currencies[place] = own_currency(row, landed)
            try:
                sums[place] += abs(amount(row.get("FacturaTotal"), currencies[place]))
            except AmountError:
                continue
    return sorted(Total(*place, count, sums[place], currencies[place]) for place, count in counts.items())


def claims(landed: Landing, *, key: str) -> list[Claim]:
    """QueryVentas' rows and signed totals of the day against Ventas', for the box by currency, and for the company.

    The company's rows are counted, too: a sale that one of the two puts into no box would be missing in all boxes.
    """
    attested, landed_rows = _by_currency(landed.query, key), _by_currency(landed.sales, key)
    found = [
        Claim(Sentence("sales of the company's day"), len(landed.query), len(landed.sales), None, None),
    ]
    for currency in sorted(attested.keys() | landed_rows.keys()):
        said, have = attested.get(currency, []), landed_rows.get(currency, [])
        name = {"key": key, "currency": landed.currencies.get(currency) or Sentence("currency {code}", code=currency)}
        total, vat = Sentence("box {key}, {currency}: totals", **name), Sentence("box {key}, {currency}: VAT", **name)
        found.append(Claim(total, len(said), len(have), _sum(said, "Total"), _net(have, "FacturaTotal")))
        found.append(Claim(vat, None, None, _sum(said, "IVA"), _net(have, "FacturaIVA")))
    return found


def _by_currency(rows: list[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if box_key(row) in ("", key):
            found[code(row.get("MonedaCodigo"))].append(row)
    return dict(found)


def _sum(rows: list[Row], field: str) -> Decimal:
    """Signed, as QueryVentas says it; what cannot be read makes the sum differ."""
    return sum((number(row.get(f"{field}Signo")) or Decimal(0) for row in rows), Decimal("0.00"))


def _net(rows: list[Row], field: str) -> Decimal:
    """Ventas' unsigned amounts, with FacturaSigno. A credit note that has a sign of its own is the same credit note."""
    total = Decimal("0.00")
    for row in rows:
        said, sign, whole = (number(row.get(name)) for name in (field, "FacturaSigno", "FacturaTotal"))
        if said is not None and sign:
            has_own_sign = sign < 0 and whole is not None and whole < 0
            total += said * (-sign if has_own_sign else sign)
    return total

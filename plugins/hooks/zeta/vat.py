"""A sale's base and VAT by rate, as its lines tell them apart, and whether they fit their rates."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from cierre.bookkeeping.money import ZERO, quantum, rounded
from cierre.bookkeeping.sentence import Sentence
from hooks.zeta.checks import Unbookable
from hooks.zeta.lines import A_CENT, carries_money, is_line, number
from hooks.zeta.wire import Row
from hooks.zeta.words import RATES, Reason, shown

PARTS = {"base": "LineaSubtotal", "vat": "LineaIVA"}
"""What a document's amounts by rate of VAT begin with -> the lines' field that they sum."""

UNITS = (Decimal(1), Decimal("0.1"), A_CENT)
"""What a site rounds amounts to: whole pesos, tenths, cents."""

HUNDRED = Decimal(100)

PERCENT = {name: Decimal(percent) for percent, name in RATES.items()}


class Line(NamedTuple):
    """A line that carries money, with the name of its rate of VAT ("basic")."""

    rate: str
    base: Decimal
    vat: Decimal

    @property
    def percent(self) -> Decimal:
        """The rate in per cent."""
        return PERCENT[self.rate]

    @property
    def slack(self) -> Decimal:
        """How far rounding can take the VAT from its rate.

        Base and VAT are each rounded, to what they are multiples of; or the VAT is what is left of a rounded total
        without a rounded base.
        """
        share, of_base = self.percent / HUNDRED, _unit(self.base)
        of_vat = _unit(self.vat) if self.vat else of_base
        return max(of_vat + share * of_base, (2 + share) * min(of_base, of_vat)) / 2


class SaleLines:
    """The lines of one sale. ``discounts`` is its FacturaDescuentos."""

    def __init__(self, id: str, rows: Sequence[Row], currency: str, discounts: object, *, is_note: bool) -> None:
        self.id, self.rows, self.currency, self.is_note = id, rows, currency, is_note
        self.discounts = discounts

    @cached_property
    def lines(self) -> list[Line]:
        """Those that carry money. Raises Unbookable for one that cannot be read, or where there are none at all.

        Lines of a credit note that have its sign are turned as a whole: a discount among them has the other one.
        """
        if not self.rows:
            raise Unbookable(
                Reason.NO_LINES,
                "sale {id} has no lines, so its VAT cannot be told apart; clear the task land to ask for them again",
                id=self.id,
            )
        if not all(map(is_line, self.rows)):
            raise Unbookable(
                Reason.UNKNOWN_SHAPE,
                "the lines of sale {id} came in a shape that is not known (no LineaSubtotal, LineaIVA, IVATasa in it or"
                " below it), so nothing of it is booked; what came is kept, for whoever extends the reading",
                id=self.id,
            )
        found = [self._line(row) for row in self.rows if carries_money(row)]
        has_its_sign = self.is_note and sum(line.base + line.vat for line in found) < ZERO
        return [Line(rate, -base, -vat) for rate, base, vat in found] if has_its_sign else found

    def by_rate(self, base: Decimal, vat: Decimal) -> dict[str, Decimal]:
        """The sale's base and VAT by rate: "base_basic", "vat_minimum". Raises Unbookable where lines do not fit.

        Cents that rounding leaves go to the largest, so that the parts are the whole. A discount that is in none of the
        lines is at their rate, where they have one and the same.
        """
        rates = {line.rate for line in self.lines}
        if len(rates) == 1 and self._are_discounted(base, vat):
            (only,) = rates
            given = {"base": base, "vat": vat}
            parts = {f"{part}_{name}": given[part] if name == only else ZERO for part in PARTS for name in PERCENT}
        else:
            parts = {**self._parted("base", base), **self._parted("vat", vat)}
        if parts.pop("vat_exempt"):
            raise Unbookable(Reason.UNKNOWN_VAT, "sale {id} has VAT on lines that are exempt", id=self.id)
        return parts

    def doubt(self, parts: Mapping[str, Decimal]) -> Sentence | None:
        """Why the VAT of a rate is not believed: it is not what the rate makes of its base, rounding aside."""
        for name, percent in PERCENT.items():
            of_base, of_vat = parts[f"base_{name}"], parts.get(f"vat_{name}", ZERO)
            slack = sum((line.slack + A_CENT for line in self.lines if line.rate == name), ZERO)
            expected = of_base * percent / HUNDRED
            if abs(expected - of_vat) > slack:
                return Sentence(
                    "sale {id}: a base of {base} at {rate} percent comes to VAT of {expected}, and rounding does not"
                    " explain {vat}; correct it in Zeta and clear the task land, or let a person release the sale"
                    " (unusual_vat under approvals in the box's file)",
                    id=self.id,
                    base=of_base,
                    rate=percent,
                    expected=rounded(expected, self.currency),
                    vat=of_vat,
                )
        return None

    def _line(self, row: Row) -> Line:
        rate = number(row.get("IVATasa"))
        name = RATES.get("" if rate is None else f"{rate.normalize():f}")
        if name is None:
            raise Unbookable(
                Reason.UNKNOWN_VAT,
                "sale {id} has a line with IVATasa {rate}; known are 22, 10 and 0 percent",
                id=self.id,
                rate=shown(row.get("IVATasa")),
            )
        amounts = {field: number(row.get(field)) for field in PARTS.values()}
        for field, amount in amounts.items():
            if amount is None:
                raise Unbookable(
                    Reason.BAD_AMOUNT, "sale {id} has a line whose {field} is no amount", id=self.id, field=field
                )
        base, vat = (amount for amount in amounts.values() if amount is not None)
        return Line(name, base, vat)

    def _parted(self, part: str, whole: Decimal) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            sums[line.rate] += line.base if part == "base" else line.vat
        unit = quantum(self.currency)
        found = {f"{part}_{name}": sums[name].quantize(unit) for name in RATES.values()}
        rest = whole - sum(found.values(), ZERO)
        if abs(rest) > A_CENT * len(self.lines):
            raise self._does_not_add_up(part, whole - rest, whole)
        found[max(found, key=lambda name: abs(found[name]))] += rest
        return found

    def _does_not_add_up(self, part: str, sum: Decimal, whole: Decimal) -> Unbookable:
        discount = self._discount_of_none()
        if discount:
            return Unbookable(
                Reason.DOES_NOT_ADD_UP,
                "the lines of sale {id} come to a {part} of {sum}, not {whole}, as a discount of {discount}"
                " (FacturaDescuentos) is in none of them, so its rate of VAT is not known; give it in the lines in"
                " Zeta, or take the voucher away there and enter it again so, then clear the task land",
                id=self.id,
                part=part,
                sum=sum,
                whole=whole,
                discount=discount,
            )
        return Unbookable(
            Reason.DOES_NOT_ADD_UP,
            "the lines of sale {id} come to a {part} of {sum}, not {whole}; clear the task land to ask for them again",
            id=self.id,
            part=part,
            sum=sum,
            whole=whole,
        )

    def _are_discounted(self, base: Decimal, vat: Decimal) -> bool:
        """Whether the lines come to as much more than the sale as its discount is, without VAT or with it."""
        discount, cents = self._discount_of_none(), A_CENT * len(self.lines)
        off_base = sum((line.base for line in self.lines), ZERO) - base
        off_total = off_base + sum((line.vat for line in self.lines), ZERO) - vat
        return discount > cents and (abs(off_base - discount) <= cents or abs(off_total - discount) <= cents)

    def _discount_of_none(self) -> Decimal:
        """What of the sale's discounts is in none of its lines."""
        in_lines = sum((abs(number(row.get("LineaDescuentos")) or ZERO) for row in self.rows), ZERO)
        return max(abs(number(self.discounts) or ZERO) - in_lines, ZERO)


def _unit(amount: Decimal) -> Decimal:
    """What an amount is a multiple of; cents where it has more decimals."""
    return next((unit for unit in UNITS if amount % unit == ZERO), A_CENT)

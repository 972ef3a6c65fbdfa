"""What an acquirer keeps of a sale, by the contract's dated rules, held against what its report says it kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from cierre.bookkeeping.money import rounded
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.lines import Settlement
from cierre.bookkeeping.validation import PER_CENT, IsoDate, Model, VatPerCent

Percent = Annotated[Decimal, Field(ge=0, le=100), PER_CENT]


class Charge(Model):
    """What is kept of sales from ``valid_from`` on: ``fee`` and ``withheld`` in per cent of the gross amount, ``vat``
    in per cent of the fee. ``kind`` is the acquirer's word for the card, empty for all that no other rule names."""

    valid_from: IsoDate
    kind: str = ""
    fee: Percent = Decimal(0)
    vat: VatPerCent = Decimal(0)
    withheld: Percent = Decimal(0)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one sale. Each part is rounded by itself, half up, as the sign of the sale is."""

    fee: Decimal
    vat: Decimal
    withheld: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.fee + self.vat + self.withheld


@dataclass(frozen=True, slots=True)
class ChargeDifference:
    """A row of a report whose ``what`` (fee, vat, withheld) is not what the contract says; by_rule None: no rule."""

    place: int
    what: str
    reported: Decimal
    by_rule: Decimal | None

    def __str__(self) -> Sentence:
        said = {"n": self.place, "what": Sentence(self.what), "reported": self.reported}
        if self.by_rule is None:
            return Sentence("row {n}: {what} {reported}, and no rule says what it should be", **said)
        return Sentence("row {n}: {what} {reported}, and by the contract {by_rule}", by_rule=self.by_rule, **said)


def charge_on(charges: Sequence[Charge], day: date, kind: str) -> Charge | None:
    """The rule of a day: the latest of the card's own, else of all cards; None before the first."""
    valid = [one for one in charges if one.valid_from <= day and one.kind in ("", kind)]
    return max(valid, key=lambda one: (bool(one.kind), one.valid_from), default=None)


def kept(charge: Charge, gross: Decimal, currency: str) -> Kept:
    """What a rule keeps of a gross amount."""
    fee = rounded(gross * charge.fee / 100, currency)
    return Kept(fee, rounded(fee * charge.vat / 100, currency), rounded(gross * charge.withheld / 100, currency))


def charge_differences(settlement: Settlement, charges: Sequence[Charge]) -> list[ChargeDifference]:
    """All rows of a report in which the acquirer kept something else than agreed."""
    differences = []
    for line in settlement.lines:
        rule = charge_on(charges, line.sold, line.kind)
        if rule is None:
            differences.append(ChargeDifference(line.place, "fee", line.fee, None))
            continue
        right = kept(rule, line.gross, settlement.currency)
        for what in ("fee", "vat", "withheld"):
            if getattr(line, what) != getattr(right, what):
                differences.append(ChargeDifference(line.place, what, getattr(line, what), getattr(right, what)))
    return differences

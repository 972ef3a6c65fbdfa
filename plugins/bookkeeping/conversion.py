"""Conversion: what a document in another currency books in the box's, by the document's own rate and no other."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from bookkeeping.cash_box import CashBox
from bookkeeping.documents import Document
from bookkeeping.history import fill
from bookkeeping.journal import LineSource, Side
from bookkeeping.lines import Booked, Slot, Slots
from bookkeeping.mapping import AccountMapping
from bookkeeping.money import ZERO, quantum
from bookkeeping.problems import ProblemKind, Problems
from bookkeeping.sentence import Sentence

ROUNDING = "rounding"
"""The component of a line's share that only evens out what rounding left."""


def rate_of(document: Document) -> Decimal | None:
    """Units of the box's currency for one of the document's; None where the document says none that can be used."""
    try:
        rate = Decimal(document.attributes.get("rate", ""))
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and rate > ZERO else None


class Converter:
    """Converts what documents of one box's day book, each share by itself, half up to the box's smallest unit.

    The shares of a document that balanced may then differ by a few such units: these go to the mapping's rounding
    account, on a line of the box's own currency.
    """

    def __init__(
        self, mapping: AccountMapping, box: CashBox, slots: Slots, constants: Mapping[str, str], problems: Problems
    ) -> None:
        self.mapping = mapping
        self.box = box
        self.slots = slots
        self.constants = constants
        self.problems = problems
        self.unit = quantum(box.currency)

    def converted(self, document: Document, booked: Booked) -> Booked:
        """The same shares in the box's currency, the document's own amounts beside them; none with a problem."""
        rate = rate_of(document)
        if rate is None:
            said = Sentence(
                "without a rate that makes {currency} of it, which box {box} keeps",
                currency=self.box.currency,
                box=self.box.id,
            )
            return self._refused(document, ProblemKind.MISSING_RATE, said)
        shares: Booked = []
        difference = ZERO
        for slot, (key, component, foreign, _) in booked:
            amount = (foreign * rate).quantize(self.unit, rounding=ROUND_HALF_UP)
            if not amount:
                said = Sentence("with an amount that comes to nothing in {currency}", currency=self.box.currency)
                return self._refused(document, ProblemKind.TOO_SMALL, said)
            difference += amount if self.slots[slot].side is Side.DEBIT else -amount
            shares.append((slot, LineSource(key, component, amount, foreign)))
        if not difference:
            return shares
        if self.mapping.rounding is None:
            name = self.mapping.name
            said = Sentence(
                "whose conversion leaves a rounding difference in {currency}, and mapping {name} has no rounding"
                " account",
                currency=self.box.currency,
                name=name,
            )
            lines = 'rounding: {account: <account>, history: "Redondeo {date}"}'
            fix = Sentence("add to mapping {name}: {lines}", name=name, lines=lines)
            return self._refused(document, ProblemKind.MISSING_ROUNDING, said, fix)
        side = Side.CREDIT if difference > ZERO else Side.DEBIT
        return [*shares, (self._rounding_slot(side), LineSource(document.key, ROUNDING, abs(difference)))]

    def _rounding_slot(self, side: Side) -> int:
        to = self.mapping.rounding
        history = fill(to.history, self.constants)
        return self.slots.number(Slot(side, to.account, to.cost_centre, to.item, to.value_class, (), history, "", ""))

    def _refused(self, document: Document, kind: ProblemKind, reason: str, fix: str = "") -> Booked:
        self.problems.add(document, kind, reason, document.net, fix=fix)
        return []

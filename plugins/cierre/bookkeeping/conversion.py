"""Conversion: what a document in another currency books in the box's, by the document's own rate and no other."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Document
from cierre.bookkeeping.history import fill
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.lines import Booked, Portion, Slot, Slots
from cierre.bookkeeping.mapping import AccountMapping, Rounding
from cierre.bookkeeping.money import ZERO, quantum
from cierre.bookkeeping.problems import ProblemKind, Problems
from cierre.bookkeeping.sentence import Sentence

ROUNDING = "rounding"
"""The component of a line's share that only evens out what rounding left: that of a conversion, or that of a document
whose source rounds its total (the document then has an amount of this name: its net less its parts)."""


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
        for portion, foreign, _ in booked:
            amount = (foreign * rate).quantize(self.unit, rounding=ROUND_HALF_UP)
            if not amount:
                said = Sentence("with an amount that comes to nothing in {currency}", currency=self.box.currency)
                return self._refused(document, ProblemKind.TOO_SMALL, said)
            difference += amount if self.slots[portion.slot].side is Side.DEBIT else -amount
            shares.append((portion, amount, foreign))
        if not difference:
            return shares
        if self.mapping.rounding is None:
            said = Sentence(
                "whose conversion leaves a rounding difference in {currency}, and mapping {name} has no rounding"
                " account",
                currency=self.box.currency,
                name=self.mapping.name,
            )
            return self._refused(document, ProblemKind.MISSING_ROUNDING, said, _add_rounding(self.mapping))
        return [*shares, self._rounding(self.mapping.rounding, document, difference, "")]

    def rounded_by_its_source(self, document: Document, balance: Decimal) -> Booked:
        """The share that balances a document whose total its source rounds, in the document's currency; none with a
        problem. ``balance`` is what its other shares come to, debits less credits."""
        to, own = self.mapping.rounding, document.currency
        if to is None:
            said = Sentence(
                "whose total is rounded, and mapping {name} has no rounding account", name=self.mapping.name
            )
            return self._refused(document, ProblemKind.MISSING_ROUNDING, said, _add_rounding(self.mapping))
        if abs(balance) > to.up_to:
            said = Sentence(
                "whose total ({reference}) is off its parts by {difference}, more than the {limit} {currency} that"
                " mapping {name} takes for rounding",
                reference=document.reference or document.source_id,
                difference=abs(balance),
                limit=to.up_to,
                currency=own,
                name=self.mapping.name,
            )
            fix = Sentence(
                "look the document up in its source; if it is rounded so, set up_to under rounding of mapping {name} to"
                " what it is rounded by",
                name=self.mapping.name,
            )
            return self._refused(document, ProblemKind.ROUNDED_TOO_FAR, said, fix)
        return [self._rounding(to, document, balance, "" if own == self.box.currency else own)]

    def _rounding(
        self, to: Rounding, document: Document, difference: Decimal, currency: str
    ) -> tuple[Portion, Decimal, None]:
        """The share on the rounding account that evens a difference, debits less credits, out."""
        side = Side.CREDIT if difference > ZERO else Side.DEBIT
        history = fill(to.history, self.constants, self.box.erp.limits.history)
        slot = Slot(side, to.account, to.cost_centre, to.item, to.value_class, (), history, currency, "")
        return self.slots.portion(slot, document.kind, document.form, ROUNDING), abs(difference), None

    def _refused(self, document: Document, kind: ProblemKind, reason: str, fix: str = "") -> Booked:
        self.problems.add(document, kind, reason, document.net, fix=fix)
        return []


def _add_rounding(mapping: AccountMapping) -> Sentence:
    lines = 'rounding: {account: <account>, history: "Redondeo {date}"}'
    return Sentence("add to mapping {name}: {lines}", name=mapping.name, lines=lines)

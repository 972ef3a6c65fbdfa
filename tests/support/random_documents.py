"""Random documents of every source, as its vocabulary allows and its mapping knows."""

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.conversion import ROUNDING
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.money import DECIMALS, ZERO
from cierre.bookkeeping.vocabulary import BOX, SOURCES

DAY = date(2024, 9, 6)


class RandomDocuments:
    """Makes documents of a box's day: the same ones for a seed. Half of those of a source with rates are foreign.

    Amounts that may be below zero are so now and then; some totals of such documents are rounded to whole units.
    """

    def __init__(self, box: CashBox, mapping: AccountMapping, seed: object) -> None:
        self.box, self.mapping = box, mapping
        self.rng = random.Random(str(seed))
        self.known = {kind: self._known(kind) for kind in mapping.postings}
        self.mapped: dict[tuple, bool] = {}

    def __call__(self, count: int) -> list[Document]:
        return [self.document(number) for number in range(count)]

    def document(self, number: int) -> Document:
        rng, shapes = self.rng, SOURCES[self.box.source]
        kind = rng.choice(list(shapes))
        attributes = self._attributes(kind)
        currency = self.box.currency
        if "rate" in shapes[kind].attributes:
            currency = rng.choice([currency, "USD", "EUR"])
            # Cash systems' rates, so not exactly 1: see cierre.bookkeeping.rates.
            rate = "1" if currency == self.box.currency else f"{rng.uniform(1.6, 60):.{rng.randint(0, 7)}f}"
            attributes |= {"currency": currency, "rate": rate}
        # The references of a day's documents repeat.
        return Document(
            source=self.box.source, kind=kind, source_id=f"{number}", business_date=DAY, currency=currency,
            form=attributes.get("form", ""), amounts=self._amounts(kind, currency), attributes=attributes,
            place=f"0/{number}", reference=f"A-{number % 97}",
        )  # fmt: skip

    def _amounts(self, kind: Kind, currency: str) -> dict[str, Decimal]:
        shape = SOURCES[self.box.source][kind]
        components = shape.components
        amounts = {
            name: self._amount(currency) * (-1 if name in shape.signed and self.rng.random() < 0.2 else 1)
            for name, parts in components.items()
            if not parts
        }
        sums = {name: sum((amounts[part] for part in parts), ZERO) for name, parts in components.items() if parts}
        if "net" in sums and sums["net"] < ZERO and "net" not in shape.signed:
            amounts, sums = ({name: -amount for name, amount in each.items()} for each in (amounts, sums))
        if "net" in sums and shape.signed and self.rng.random() < 0.2:
            whole = sums["net"].quantize(Decimal(1))
            if rounding := whole - sums["net"]:
                sums |= {"net": whole, ROUNDING: rounding}
        return amounts | sums

    def _amount(self, currency: str) -> Decimal:
        highest = self.rng.choice([0, 9, 10_000, 10_000_000])
        return Decimal(self.rng.randint(0, highest)).scaleb(-DECIMALS[currency])

    def _attributes(self, kind: Kind) -> dict[str, str]:
        """A combination that the mapping knows in all its postings."""
        while True:
            found = {name: self.rng.choice(values) for name, values in self.known[kind].items()}
            said = (kind, *found.values())
            if said not in self.mapped:
                resolved = (
                    self.mapping.resolve(posting, {**found, BOX: self.box.id}, DAY)
                    for posting in self.mapping.postings[kind]
                )
                self.mapped[said] = not any(isinstance(one, list) for one in resolved)
            if self.mapped[said]:
                return found

    def _known(self, kind: Kind) -> dict[str, list[str]]:
        """What each attribute of a kind can be: where the source does not say, what rules and tables look for."""
        rules = [rule for posting in self.mapping.postings[kind] for rule in posting.rules]
        tables = [code.table for rule in rules for code in rule.codes.values() if not isinstance(code, str)]
        looked_for: dict[str, set[str]] = defaultdict(set)
        for rule in rules:
            for name, values in rule.when.items():
                looked_for[name].update(values)
        for table in (self.mapping.tables[name] for name in tables):
            looked_for[table.by].update(table.values)
        return {
            name: sorted(allowed or looked_for[name]) or ["any"]
            for name, allowed in SOURCES[self.box.source][kind].attributes.items()
        }

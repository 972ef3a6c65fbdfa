"""Reconciliation: two stages of a day side by side, by kind and form of payment, and in all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from cierre.bookkeeping.documents import Kind, Total
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure as two stages have it: rows, and net money in one currency.

    ``kind`` is a document's, "all" for the day's sum, or "entries" for its journal entries (their debit). ``form`` is
    the form of payment; of the day's sum it is the currency, where the day has money of several: each has a sum.
    """

    kind: str
    form: str
    left: str
    right: str
    left_rows: int
    right_rows: int
    left_net: Decimal
    right_net: Decimal

    @property
    def in_all(self) -> bool:
        """True for a comparison of the whole day, not of one kind and form."""
        return self.kind in ("all", "entries")

    @property
    def agrees(self) -> bool:
        """True where rows and money are the same on both sides."""
        return self.left_rows == self.right_rows and self.left_net == self.right_net

    def __str__(self) -> Sentence:
        return Sentence(
            "{what}: {left} {left_net} in {left_rows}, {right} {right_net} in {right_rows}, difference {difference}",
            what=kind_and_form(self.kind, self.form),
            left=Sentence(self.left),
            left_net=self.left_net,
            left_rows=_rows(self.left_rows),
            right=Sentence(self.right),
            right_net=self.right_net,
            right_rows=_rows(self.right_rows),
            difference=self.left_net - self.right_net,
        )


@dataclass(frozen=True, slots=True)
class Together(Comparison):
    """Figures of several days of boxes added up. They agree where those of each day of each box do, by form of payment
    too (``each_agrees``): differences that cancel out are differences."""

    each_agrees: bool

    @property
    def agrees(self) -> bool:
        """True where what was added up agrees one by one."""
        return self.each_agrees

    def plus(self, other: "Together") -> "Together":
        """The same with another's figures added."""
        return replace(
            self,
            left_rows=self.left_rows + other.left_rows,
            right_rows=self.right_rows + other.right_rows,
            left_net=self.left_net + other.left_net,
            right_net=self.right_net + other.right_net,
            each_agrees=self.each_agrees and other.each_agrees,
        )


def added_up(parts: Iterable[Mapping[str, Sequence[Together]]]) -> dict[str, list[Together]]:
    """What several boxes or days compared, by currency, added up."""
    sums: dict[str, dict[tuple[str, str, str], Together]] = {}
    for part in parts:
        for currency, rows in part.items():
            known = sums.setdefault(currency, {})
            for row in rows:
                place = (row.kind, row.left, row.right)
                known[place] = known[place].plus(row) if place in known else row
    return {currency: list(rows.values()) for currency, rows in sorted(sums.items())}


def _rows(number: int) -> Sentence:
    return Sentence.counted(number, "{n} row", "{n} rows")


def kind_and_form(kind: str, form: str) -> Sentence:
    """What a figure is of: ``credit note``, ``payment, form 2``; ``in all``, or ``in all, USD``, for the day's sum."""
    if kind == "all" and form:
        return Sentence("in all, {currency}", currency=form)
    name = Sentence("in all" if kind == "all" else kind.replace("_", " "))
    return Sentence("{kind}, form {form}", kind=name, form=form) if form else name


def combine(*parts: Sequence[Total]) -> list[Total]:
    """Several stages' totals as one (staged and quarantined rows together), by kind and form."""
    sums: dict[tuple[Kind, str], tuple[int, Decimal]] = {}
    for total in (total for part in parts for total in part):
        rows, net = sums.get((total.kind, total.form), (0, ZERO))
        sums[total.kind, total.form] = (rows + total.count, net + total.net)
    currencies = currencies_of(*parts)
    return [Total(*place, rows, net, currencies.get(place, "")) for place, (rows, net) in sorted(sums.items())]


Currencies = Mapping[tuple[Kind, str], str]
"""The currency of each kind and form, where it is known."""


def currencies_of(*stages: Sequence[Total]) -> Currencies:
    """In which currency the stages of a day count each kind and form."""
    return {(total.kind, total.form): total.currency for totals in stages for total in totals if total.currency}


def compare(
    left: str,
    left_totals: Sequence[Total],
    right: str,
    right_totals: Sequence[Total],
    currencies: Currencies | None = None,
) -> list[Comparison]:
    """A comparison for every kind and form that either stage names, then one of the day's sum; of a day with several
    ``currencies`` (those of these two stages, if none are given) one of each currency's sum.

    ``left`` and ``right`` are the stages' names, as people read them ("landed", "staged and quarantined").
    """
    if currencies is None:
        currencies = currencies_of(left_totals, right_totals)
    ours = {(total.kind, total.form): total for total in left_totals}
    theirs = {(total.kind, total.form): total for total in right_totals}
    rows = []
    for kind, form in sorted(ours.keys() | theirs.keys()):
        nothing = Total(kind, form, 0, ZERO)
        here, there = ours.get((kind, form), nothing), theirs.get((kind, form), nothing)
        rows.append(Comparison(kind, form, left, right, here.count, there.count, here.net, there.net))
    several = sorted(set(currencies.values()))
    if len(several) < 2:
        return [*rows, _in_all("", left, right, rows)]
    by_currency: dict[str, list[Comparison]] = {currency: [] for currency in several}
    for row in rows:
        by_currency.setdefault(currencies.get((Kind(row.kind), row.form), ""), []).append(row)
    return [*rows, *(_in_all(currency, left, right, own) for currency, own in by_currency.items())]


def _in_all(currency: str, left: str, right: str, rows: Sequence[Comparison]) -> Comparison:
    return Comparison(
        "all",
        currency,
        left,
        right,
        sum(row.left_rows for row in rows),
        sum(row.right_rows for row in rows),
        sum((row.left_net for row in rows), ZERO),
        sum((row.right_net for row in rows), ZERO),
    )

"""Reconciliation: two stages of a day side by side, by kind and form of payment, and in all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from cierre.bookkeeping.documents import Kind, Total
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure as two stages have it: rows, and net money in the box's currency.

    ``kind`` is a document's, "all" for the day's sum, or "entries" for its journal entries (their debit).
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


def _rows(number: int) -> Sentence:
    return Sentence.counted(number, "{n} row", "{n} rows")


def kind_and_form(kind: str, form: str) -> Sentence:
    """What a figure is of: ``credit note``, ``payment, form 2``; ``in all`` for the day's sum."""
    name = Sentence("in all" if kind == "all" else kind.replace("_", " "))
    return Sentence("{kind}, form {form}", kind=name, form=form) if form else name


def combine(*parts: Sequence[Total]) -> list[Total]:
    """Several stages' totals as one (staged and quarantined rows together), by kind and form."""
    sums: dict[tuple[Kind, str], tuple[int, Decimal]] = {}
    for total in (total for part in parts for total in part):
        rows, net = sums.get((total.kind, total.form), (0, ZERO))
        sums[total.kind, total.form] = (rows + total.count, net + total.net)
    return [Total(kind, form, rows, net) for (kind, form), (rows, net) in sorted(sums.items())]


def compare(left: str, left_totals: Sequence[Total], right: str, right_totals: Sequence[Total]) -> list[Comparison]:
    """A comparison for every kind and form that either stage names, then one of the day's sums.

    ``left`` and ``right`` are the stages' names, as people read them ("landed", "staged and quarantined").
    """
    ours = {(total.kind, total.form): total for total in left_totals}
    theirs = {(total.kind, total.form): total for total in right_totals}
    rows = []
    for kind, form in sorted(ours.keys() | theirs.keys()):
        nothing = Total(kind, form, 0, ZERO)
        here, there = ours.get((kind, form), nothing), theirs.get((kind, form), nothing)
        rows.append(Comparison(kind, form, left, right, here.count, there.count, here.net, there.net))
    return [*rows, _in_all(left, right, rows)]


def _in_all(left: str, right: str, rows: Sequence[Comparison]) -> Comparison:
    return Comparison(
        "all",
        "",
        left,
        right,
        sum(row.left_rows for row in rows),
        sum(row.right_rows for row in rows),
        sum((row.left_net for row in rows), ZERO),
        sum((row.right_net for row in rows), ZERO),
    )

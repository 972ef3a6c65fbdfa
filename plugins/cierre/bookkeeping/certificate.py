"""The completeness certificate: what a source says a day should hold, beside what was landed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from cierre.bookkeeping.sentence import Sentence, one_after_the_other


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure of a source from a path of its own (a count, a group's total) beside the same from the landed rows.

    ``what`` is told to people ("office 1, form 4"). Rows or money are None where the source does not say them; with no
    figure at all it is a notice. ``inner_rule`` marks a rule that the rows themselves must keep, where the source
    attests nothing: it warns, and the rows that break it are quarantined when they are read.
    """

    what: str
    attested_rows: int | None
    landed_rows: int | None
    attested: Decimal | None
    landed: Decimal | None
    inner_rule: bool = False

    @property
    def is_notice(self) -> bool:
        """True for a sentence without a figure: what people must know that the day does not hold."""
        return {self.attested_rows, self.landed_rows, self.attested, self.landed} == {None}

    @property
    def holds(self) -> bool:
        """True where everything that the source says is what was landed."""
        return self.attested_rows in (None, self.landed_rows) and self.attested in (None, self.landed)

    def __str__(self) -> Sentence:
        if self.is_notice:
            return Sentence("{what}", what=self.what)
        return Sentence(
            "{what}: {figures}", what=self.what, figures=one_after_the_other([*self._rows(), *self._money()])
        )

    def _rows(self) -> Iterator[Sentence]:
        if self.attested_rows is not None:
            yield Sentence("{attested} rows attested, {n} landed", attested=self.attested_rows, n=self.landed_rows)
        elif self.landed_rows is not None:
            yield Sentence("{n} rows landed", n=self.landed_rows)

    def _money(self) -> Iterator[Sentence]:
        if self.attested is not None:
            yield Sentence("{attested} attested, {landed} landed", attested=self.attested, landed=self.landed)
        elif self.landed is not None:
            yield Sentence("{landed} landed", landed=self.landed)


def contradictions(claims: Iterable[Claim]) -> list[Claim]:
    """The claims by which the source itself says that something else was there: nothing may be booked then."""
    return [claim for claim in claims if not claim.holds and not claim.inner_rule]

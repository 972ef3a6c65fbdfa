"""The completeness certificate: what a source says a day should hold, beside what was landed."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure of a source from a path of its own (a count, a group's total) beside the same from the landed rows.

    ``what`` is told to people ("office 1, form 4"). Rows or money are None where the source does not say them.
    ``inner_rule`` marks a rule that the rows themselves must keep, where the source attests nothing: it warns, and the
    rows that break it are quarantined when they are read.
    """

    what: str
    attested_rows: int | None
    landed_rows: int | None
    attested: Decimal | None
    landed: Decimal | None
    inner_rule: bool = False

    @property
    def holds(self) -> bool:
        """True where everything that the source says is what was landed."""
        return self.attested_rows in (None, self.landed_rows) and self.attested in (None, self.landed)

    def __str__(self) -> str:
        figures = _beside(self.attested_rows, self.landed_rows, " rows"), _beside(self.attested, self.landed, "")
        return f"{self.what}: {'; '.join(filter(None, figures))}"


def contradictions(claims: Iterable[Claim]) -> list[Claim]:
    """The claims by which the source itself says that something else was there: nothing may be booked then."""
    return [claim for claim in claims if not claim.holds and not claim.inner_rule]


def _beside(attested: Decimal | int | None, landed: Decimal | int | None, unit: str) -> str:
    if attested is None:
        return "" if landed is None else f"{landed}{unit} landed"
    return f"{attested}{unit} attested, {landed} landed"

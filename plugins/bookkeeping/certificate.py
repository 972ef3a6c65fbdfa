"""The completeness certificate: what a source says a day should hold, beside what was landed."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure of a source from a path of its own (a count, a group's total) beside the same from the landed rows.

    ``what`` is told to people ("office 1, form 4"). Rows or money are None where the source does not say them.
    """

    what: str
    attested_rows: int | None
    landed_rows: int | None
    attested: Decimal | None
    landed: Decimal | None

    @property
    def holds(self) -> bool:
        """True where everything that the source says is what was landed."""
        return self.attested_rows in (None, self.landed_rows) and self.attested in (None, self.landed)

    def __str__(self) -> str:
        rows = "" if self.attested_rows is None else f"{self.attested_rows} rows attested, {self.landed_rows} landed"
        money = "" if self.attested is None else f"{self.attested} attested, {self.landed} landed"
        return f"{self.what}: {'; '.join(filter(None, (rows, money)))}"

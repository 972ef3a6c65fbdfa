"""Days beside earlier ones, as an accountant compares them: only where both are closed of the same boxes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from cierre.bookkeeping.money import ZERO

Boxes = frozenset[str]


class Against(StrEnum):
    """What days are compared with: a week before by weekday, a month or a year before by date."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def earlier(self, day: date) -> date | None:
        """The day that one is compared with; None where the earlier month or year has no such date."""
        if self is Against.WEEK:
            return day - timedelta(days=7)
        last = day.replace(day=1) - timedelta(days=1)
        year, month = (last.year, last.month) if self is Against.MONTH else (day.year - 1, day.month)
        try:
            return date(year, month, day.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Compared:
    """What the ``days`` that can be compared come to, and the earlier ones."""

    days: int
    now: Decimal
    before: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more it is now."""
        return self.now - self.before

    @property
    def percent(self) -> Decimal | None:
        """The same in hundredths of what was before, to a tenth; None where there was nothing."""
        return (self.difference / abs(self.before) * 100).quantize(Decimal("0.1")) if self.before else None


def alike(days: Sequence[date], against: Against, closed: Mapping[date, Boxes]) -> list[date | None]:
    """For each of the days the earlier one, where both are closed of the same boxes, else None."""
    earlier = [against.earlier(day) for day in days]
    return [
        before if before is not None and closed.get(day) and closed.get(day) == closed.get(before) else None
        for day, before in zip(days, earlier, strict=True)
    ]


def compare(days: Iterable[date], earlier: Iterable[date | None], money: Mapping[date, Decimal]) -> Compared:
    """Money of the days that have an earlier one beside that of those; a closed day without any had none."""
    pairs = [(day, before) for day, before in zip(days, earlier, strict=True) if before is not None]
    now = sum((money.get(day, ZERO) for day, _ in pairs), ZERO)
    return Compared(len(pairs), now, sum((money.get(before, ZERO) for _, before in pairs), ZERO))

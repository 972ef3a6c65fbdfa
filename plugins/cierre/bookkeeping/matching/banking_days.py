"""Days on which banks of a country pay, and how many lie between two dates."""

from collections.abc import Iterable
from datetime import date, timedelta

from holidays import BANK, PUBLIC, country_holidays

COUNTRIES = ("EC", "UY", "CL", "ES")
"""Where the group has accounts, by ISO 3166."""


class BankingDays:
    """Counts banking days: Monday to Friday, without holidays, from ``first`` to ``last``, both inclusive."""

    def __init__(self, holidays: Iterable[date], first: date, last: date) -> None:
        self.first, self.last = first.toordinal(), last.toordinal()
        closed = {day.toordinal() for day in holidays}
        counted, self._counts = 0, [0] * (self.last - self.first + 1)
        for place in range(len(self._counts)):
            ordinal = self.first + place
            # Ordinal 1 was a Monday.
            counted += (ordinal - 1) % 7 < 5 and ordinal not in closed
            self._counts[place] = counted

    def count(self, ordinal: int) -> int:
        """How many banking days there were from the first day up to this one (``date.toordinal()``), inclusive.

        Raises IndexError outside of the calendar: a wrong answer there would be a wrong match.
        """
        place = ordinal - self.first
        if place < 0:
            raise IndexError(f"{date.fromordinal(ordinal)} is before the calendar")
        return self._counts[place]

    def is_open(self, day: date) -> bool:
        """Whether banks pay on a day."""
        return self.count(day.toordinal()) > (self.count(day.toordinal() - 1) if day.toordinal() > self.first else 0)


def banking_days(country: str, first: date, last: date) -> BankingDays:
    """The banking days of a country, with a year of room at both ends."""
    if country not in COUNTRIES:
        raise ValueError(f"unknown country {country!r}; known are {', '.join(COUNTRIES)}")
    first, last = first - timedelta(days=366), last + timedelta(days=366)
    known = country_holidays(country, years=range(first.year, last.year + 1))
    if BANK in known.supported_categories:
        years = range(first.year, last.year + 1)
        known = country_holidays(country, years=years, categories=(PUBLIC, BANK))
    return BankingDays(known, first, last)

"""What a person looks for in the books: the text that was typed, and the amount that it can be."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

LONGEST = 100
"""Characters that a search may have."""

MOST_DAYS = 400
"""Days that one search goes through at most."""

USUAL_DAYS = 92
"""Days that it goes back where nobody says more."""

_AMOUNT = re.compile(
    r"(?P<whole>-?(?:\d{1,3}(?:(?P<mark>[.,' ])\d{3}(?:(?P=mark)\d{3})*)?|\d+))(?:[.,](?P<cents>\d{1,2}))?", re.ASCII
)


def amount_meant(text: str) -> Decimal | None:
    """The amount that a text is in the way of any region (``1.234,50``, ``1,234.50``, ``378.64``); None for any other.

    A mark with one or two digits behind it begins the cents, any other groups thousands.
    """
    found = _AMOUNT.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return None
    return Decimal(f"{re.sub(r'[^0-9-]', '', found['whole'])}.{found['cents'] or '0'}")


@dataclass(frozen=True, slots=True)
class Terms:
    """A search: ``text`` without blanks around it, in the days from ``first`` to ``last``."""

    text: str
    first: date
    last: date

    @classmethod
    def of(cls, text: str, first: date | None, last: date | None, today: date) -> "Terms":
        """As it was asked for; of days that are missing, turned round or too many, the usual or latest are taken."""
        last = last or today
        first = first or last - timedelta(days=USUAL_DAYS)
        first, last = min(first, last), max(first, last)
        return cls(" ".join(text.split()), max(first, last - timedelta(days=MOST_DAYS)), last)

    @property
    def amount(self) -> Decimal | None:
        """The amount that the text is, if it is one."""
        return amount_meant(self.text)

    @property
    def may_be_personal(self) -> bool:
        """Whether the text can be somebody's name or number: whatever is no amount with cents."""
        return self.amount is None or self.text.isdecimal()

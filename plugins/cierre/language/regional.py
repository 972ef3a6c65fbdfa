"""A language as a region speaks it: separators, dates and ages by Babel, which is slow to load: not for tasks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates
from babel.numbers import get_decimal_symbol, get_group_symbol

from cierre.language.language import CODES, Code, Language, catalogue


@dataclass(frozen=True, eq=False)
class Regional(Language):
    """A language with its region's forms: ``es_EC`` writes 1.234,50 and ``es_MX`` 1,234.50. Made by ``speaking``."""

    locale: Locale

    def day(self, day: date, form: str = "long") -> str:
        """A date: ``full``, ``long``, ``medium``, ``short``, or a CLDR pattern."""
        return dates.format_date(day, form, locale=self.locale)

    def short_day(self, day: date) -> str:
        """A date without its year."""
        return dates.format_skeleton("MMMd", day, locale=self.locale)

    def month(self, day: date) -> str:
        """A month and its year."""
        text = dates.format_skeleton("yMMMM", day, locale=self.locale)
        return text[:1].upper() + text[1:]

    def instant(self, instant: datetime | None, zone: ZoneInfo) -> str:
        """An instant in a time zone, to the minute."""
        if instant is None:
            return ""
        local = instant.astimezone(zone)
        return f"{self.day(local, 'medium')} {dates.format_time(local.time(), 'short', locale=self.locale)}"

    def clock(self, instant: datetime | None, zone: ZoneInfo) -> str:
        """An instant in a time zone, to the second, without its year."""
        if instant is None:
            return ""
        local = instant.astimezone(zone)
        return f"{self.short_day(local)} {dates.format_time(local.time(), 'medium', locale=self.locale)}"

    def age(self, since: datetime) -> str:
        """How long ago an instant was, in its largest unit."""
        return dates.format_timedelta(datetime.now(UTC) - since, locale=self.locale, threshold=1.2)

    def days_old(self, day: date, today: date) -> str:
        """How many days ago a date was."""
        return dates.format_timedelta(timedelta(days=(today - day).days), granularity="day", threshold=400,
                                      locale=self.locale)  # fmt: skip


@lru_cache(maxsize=100)
def speaking(tag: str) -> Regional:
    """The language of a browser's tag (``es-EC``), or of the part of it that is known; English for any other."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        locale = Locale.parse(tag.split("-")[0] if tag.split("-")[0] in CODES else "en")
    if locale.language not in CODES:
        locale = Locale.parse("en")
    code: Code = "es" if locale.language == "es" else "en"
    marks = {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}
    return Regional(code, catalogue(code), marks, locale)

"""The reader's language: words, amounts and dates, as the browser asks for them or the reader chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import yaml
from babel import Locale, UnknownLocaleError, dates
from babel.numbers import get_decimal_symbol, get_group_symbol
from fastapi import Depends, Request

from bookkeeping.money import DECIMALS

COOKIE = "cierre_language"
CODES = ("es", "en")


@dataclass(frozen=True, eq=False)
class Language:
    """A language with its region's forms: ``es_EC`` writes 1.234,50 and ``es_MX`` 1,234.50. Made by ``speaking``."""

    locale: Locale
    words: Mapping[str, str]
    separators: Mapping[int, str]

    @property
    def code(self) -> str:
        """``es`` or ``en``."""
        return self.locale.language

    def __call__(self, text: str, **values: object) -> str:
        """A text of the pages, given in English; ``{name}`` in it stands for a value."""
        said = self.words.get(text, text)
        return said.format(**values) if values else said

    def documents(self, number: int) -> str:
        """How many documents, in words."""
        return self("{n} document" if number == 1 else "{n} documents", n=self.count(number))

    def money(self, amount: Decimal | None, currency: str) -> str:
        """An amount with its currency's decimals and no sign of it: columns of one currency say it once."""
        return "" if amount is None else self._figure(amount, DECIMALS.get(currency, 2))

    def compact(self, amount: Decimal) -> str:
        """An amount in four or five characters, for narrow columns; empty for nothing."""
        size = abs(amount)
        if size == 0:
            return ""
        for unit, letter in ((Decimal(1_000_000), "M"), (Decimal(1000), "k")):
            if size >= unit:
                scaled = amount / unit
                return self._figure(scaled, 0 if abs(scaled) >= 100 else 1) + letter
        return self._figure(amount, 0)

    def count(self, number: int) -> str:
        """A whole number."""
        return self._figure(number, 0)

    def _figure(self, number: Decimal | int, decimals: int) -> str:
        # Babel's own format_decimal takes twenty times as long, and a board has tens of thousands of figures.
        return f"{number:,.{decimals}f}".translate(self.separators)

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
def speaking(tag: str) -> Language:
    """The language of a browser's tag (``es-EC``), or of the part of it that is known; English for any other."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        locale = Locale.parse(tag.split("-")[0] if tag.split("-")[0] in CODES else "en")
    if locale.language not in CODES:
        locale = Locale.parse("en")
    marks = {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}
    return Language(locale, _catalogue(locale.language), marks)


@cache
def _catalogue(code: str) -> Mapping[str, str]:
    path = Path(__file__).parent / "words" / f"{code}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}


def language_of(request: Request) -> Language:
    """What the reader chose on the pages, else the first language of theirs that the board speaks, else English."""
    wanted = [request.cookies.get(COOKIE, ""), *_by_preference(request.headers.get("accept-language", ""))]
    chosen = wanted[0] if wanted[0] in CODES else ""
    spoken = [tag for tag in wanted[1:] if tag.split("-")[0] in ((chosen,) if chosen else CODES)]
    return speaking(spoken[0] if spoken else chosen or "en")


def _by_preference(header: str) -> list[str]:
    weighed = []
    for part in header.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), len(weighed), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(weighed) if tag and weight < 0]


LanguageDep = Annotated[Language, Depends(language_of)]

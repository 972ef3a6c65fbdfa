"""A language: its texts by the English ones, and how it writes figures. Light, since every task speaks one."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Literal, get_args

from cierre.bookkeeping.money import DECIMALS
from cierre.bookkeeping.sentence import Sentence

Code = Literal["es", "en"]
CODES = get_args(Code)
"""The languages that are spoken here."""

LOCALES = Path(__file__).parent / "locales"
"""A folder a language, as gettext has them: ``es/LC_MESSAGES/cierre.po``."""

MARKS = {"es": {ord(","): ".", ord("."): ","}, "en": {}}
"""What stands for Python's thousands and decimal marks where nothing is known of the region."""


@dataclass(frozen=True, eq=False)
class Language:
    """``texts``: the language's texts by the English ones; none for English. ``separators``: of thousands and of
    decimals, as ``str.translate`` takes them. Made by ``language`` or, for a region, by
    ``cierre.language.regional.speaking``.
    """

    code: Code
    texts: NullTranslations
    separators: Mapping[int, str]

    def __call__(self, text: object, /, **values: object) -> str:
        """A text given in English, in this language; ``{name}`` in it stands for a value.

        A Sentence is said as a whole, with the values it was made of; so is whatever is one as text. Amounts
        (Decimal) among the values are written as the language does. A text without a translation stays English.
        """
        text = str(text)
        if isinstance(text, Sentence) and text.plural:
            number, many = text.plural
            return self.counted(number, text.text, many)
        if isinstance(text, Sentence):
            values, text = text.values, text.text
        # gettext gives the catalogue's own header for an empty text.
        own = self.texts.gettext(text) if text else ""
        return own.format(**{name: self._value(value) for name, value in values.items()}) if values else own

    def _value(self, value: object) -> object:
        if isinstance(value, Decimal):
            return f"{value:,f}".translate(self.separators)
        text = str(value)
        return self(text) if isinstance(text, Sentence) else text

    def counted(self, number: int, one: str, many: str) -> str:
        """How many of something: ``counted(1, "{n} document", "{n} documents")``."""
        return self.texts.ngettext(one, many, number).format(n=self.count(number))

    def documents(self, number: int) -> str:
        """How many documents, in words."""
        return self.counted(number, "{n} document", "{n} documents")

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

    @property
    def decimal_mark(self) -> str:
        """What stands before the decimals: a comma or a point."""
        return self.separators.get(ord("."), ".")

    def _figure(self, number: Decimal | int, decimals: int) -> str:
        # Babel's own format_decimal takes twenty times as long, and a board has tens of thousands of figures.
        return f"{number:,.{decimals}f}".translate(self.separators)


@cache
def catalogue(code: str) -> NullTranslations:
    """A language's texts by the English ones, of ``locales/<code>``; empty for English, which needs none.

    From the .mo, which a build makes of the .po: read in a sixth of the time that Babel takes for the .po (0070).
    """
    return translation("cierre", LOCALES, [code], fallback=True)


@cache
def language(code: Code) -> Language:
    """A language without a region."""
    return Language(code, catalogue(code), MARKS[code])


def by_preference(accept_language: str) -> list[str]:
    """The tags (``es-EC``) of a browser's header Accept-Language, the best liked first."""
    weighed: list[tuple[float, int, str]] = []
    for part in accept_language.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), len(weighed), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(weighed) if tag and weight < 0]

"""A language: its words by the English ones, and how it writes figures. Light, since every task speaks one."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from cierre.bookkeeping.money import DECIMALS
from cierre.bookkeeping.sentence import Sentence

Code = Literal["es", "en"]
CODES = get_args(Code)
"""The languages that are spoken here."""

MARKS = {"es": {ord(","): ".", ord("."): ","}, "en": {}}
"""What stands for Python's thousands and decimal marks where nothing is known of the region."""


@dataclass(frozen=True, eq=False)
class Language:
    """``words``: the language's texts by the English ones; none for English. ``separators``: of thousands and of
    decimals, as ``str.translate`` takes them. Made by ``language`` or, for a region, by
    ``cierre.language.regional.speaking``.
    """

    code: Code
    words: Mapping[str, str]
    separators: Mapping[int, str]

    def __call__(self, text: object, /, **values: object) -> str:
        """A text given in English, in this language; ``{name}`` in it stands for a value.

        A Sentence is said as a whole, with the values it was made of; so is whatever is one as text. Amounts
        (Decimal) among the values are written as the language does.
        """
        text = str(text)
        if isinstance(text, Sentence):
            text, values = text.text, text.values
        said = self.words.get(text, text)
        return said.format(**{name: self._value(value) for name, value in values.items()}) if values else said

    def _value(self, value: object) -> object:
        if isinstance(value, Decimal):
            return f"{value:,f}".translate(self.separators)
        text = str(value)
        return self(text) if isinstance(text, Sentence) else text

    def counted(self, number: int, one: str, many: str) -> str:
        """How many of something: ``counted(1, "{n} document", "{n} documents")``."""
        return self(one if number == 1 else many, n=self.count(number))

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
def catalogue(code: str) -> Mapping[str, str]:
    """A language's texts by the English ones, of all files of ``words/<code>``; empty for English, which needs none."""
    import yaml

    # The C one is missing where PyYAML was built without libyaml; it reads the words in two milliseconds.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    words: dict[str, str] = {}
    for path in (Path(__file__).parent / "words" / code).glob("*.yaml"):
        words |= yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return words


@cache
def language(code: Code) -> Language:
    """A language without a region."""
    return Language(code, catalogue(code), MARKS[code])

"""Which currency a row's words name: number and words are believed only together (field-notes.md)."""

import re
import unicodedata
from collections.abc import Iterator

from cierre.bookkeeping.sentence import Sentence
from hooks.zeta.wire import Row

FIELDS = ("MonedaSimbolo", "MonedaNombre")

# Without blanks and points. "$" alone is said of pesos and of dollars, so it says nothing.
_NAMED = (
    (re.compile(r"ar\$|ars|.*argentin.*"), "ARS"),
    (re.compile(r"r\$|brl|real|reales|.*brasil.*"), "BRL"),
    (re.compile(r"ch\$|clp\$?|.*chilen.*"), "CLP"),
    (re.compile(r"\$u|uy\$|uyu\$?|.*uruguay.*"), "UYU"),
    (re.compile(r"u\$[sd]|us\$|\$us|usd\$?|.*dol+ar.*"), "USD"),
    (re.compile(r"€|eur|.*euro.*"), "EUR"),
    (re.compile(r"ui|uyi|.*indexad.*"), "UYI"),
    (re.compile(r".*peso.*"), "pesos"),
)
_ARE_PESOS = frozenset({"UYU", "CLP"})


def named(text: object) -> str:
    """The currency that a symbol or a name stands for, "pesos" for those of any country; empty where it says none."""
    if not isinstance(text, str):
        return ""
    folded = unicodedata.normalize("NFD", text).casefold()
    joined = "".join(letter for letter in folded if not unicodedata.combining(letter) and letter not in ". \t\n")
    return next((currency for pattern, currency in _NAMED if pattern.fullmatch(joined)), "")


def denying(own: str, *rows: Row) -> list[Sentence]:
    """What rows of one voucher say that denies that it is in its currency. A rate alone says nothing: sites may give
    that of the day for pesos, too."""
    return list(dict.fromkeys(_words(own, rows)))


def _words(own: str, rows: tuple[Row, ...]) -> Iterator[Sentence]:
    for field in FIELDS:
        for row in rows:
            currency = named(row.get(field))
            if currency not in ("", own) and not (currency == "pesos" and own in _ARE_PESOS):
                yield Sentence("{field} says {value}", field=field, value=currency)

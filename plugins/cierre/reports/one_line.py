"""Texts as sources send them, made fit for one line of a file or one cell of a sheet. Pure."""

import unicodedata

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for what is no character: half of a pair of surrogates, or a code that Unicode never gives to one."""


def one_line(text: str) -> str:
    """A text without line breaks and control characters, each a blank here, and without the marks that nobody sees
    and that change the direction in which the rest is read; no blanks around it, one between its words."""
    if not text.isprintable():
        text = "".join(map(_seen, text))
    return " ".join(text.split())


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    if category == "Cf":
        return ""
    code = ord(character)
    no_character = category == "Cs" or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return UNREADABLE if no_character else character

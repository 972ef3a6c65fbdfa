"""Whether what a Spanish reader is shown is Spanish: English words and raw codes in pages, files and mails.

A word is English where a text of ours has it and no translation has. So there is no list of words to keep, and what
vendors, accountants and Airflow call things themselves does not matter.
"""

import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from cierre.language.language import LOCALES

_WORD = re.compile(r"(?<![\w/.@-])[^\W\d_]{2,}(?![\w/@-]|\.\w)")
_CODE = re.compile(r"(?<![\w/.-])[a-z]{2,}(?:_[a-z]+)+(?![\w/-]|\.\w)")
_PLACE = re.compile(r"(?<![\w/])\d+/[A-Z]+/\d+")

EVERYWHERE = frozenset({"cierre", "board", "log", "dag", "pool", "post", "derive", "land", "approve", "true", "false"})
"""Words of ours that stay: the product's name, names of steps, and what Airflow calls things."""


def words(text: str) -> set[str]:
    """The words of a text that are all letters, in lower case; no parts of addresses, codes or file names."""
    return {word.lower() for word in _WORD.findall(text)}


@cache
def english() -> frozenset[str]:
    """The words that only English texts of the catalogue have."""
    with (LOCALES / "es/LC_MESSAGES/cierre.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="es") if message.id]
    of_texts = {word for one in messages for text in _all(one.id) for word in words(re.sub(r"\{\w+\}", "0", text))}
    spanish = {word for one in messages for text in _all(one.string) for word in words(re.sub(r"\{\w+\}", "0", text))}
    return frozenset(of_texts - spanish - EVERYWHERE)


def _all(texts: Message | str | Iterable[str]) -> Iterable[str]:
    return [texts] if isinstance(texts, str) else texts


def not_spanish(text: str, *, allowed: Iterable[str] = ()) -> list[str]:
    """The English words, raw codes and places in arrays of a text that people read, sorted."""
    text = re.sub(r"https?://\S+", "", text)
    found = {word for word in words(text) if word in english()}
    return sorted((found | set(_CODE.findall(text)) | set(_PLACE.findall(text))) - set(allowed))


class _Shown(HTMLParser):
    """What a page shows: text and hints, but for code, what is typed elsewhere, and what is marked as English."""

    SILENT = ("script", "style", "code", "pre", "kbd", "samp")
    HINTS = ("title", "aria-label", "alt", "placeholder", "data-label")
    EMPTY = ("br", "hr", "img", "input", "link", "meta", "col", "path", "circle", "line", "rect", "polyline", "wbr")

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        silent = bool(self._open and self._open[-1][1]) or tag in self.SILENT or given.get("lang") == "en"
        if not silent:
            self.said += [given[hint] or "" for hint in self.HINTS if hint in given]
        if tag not in self.EMPTY:
            self._open.append((tag, silent))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.said.append(data)


def shown(html: str) -> str:
    """What a page of HTML shows to its reader, a line a piece."""
    parser = _Shown()
    parser.feed(html)
    return "\n".join(filter(None, map(str.strip, parser.said)))

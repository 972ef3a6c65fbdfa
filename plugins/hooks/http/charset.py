"""In which charset an answer is read: the one that it declares, where that can be believed (decision 0133)."""

import codecs
import re

UTF_8 = "utf-8"

_DECLARED = re.compile(r"charset\s*=\s*[\"']?([^\s;,\"']*)", re.IGNORECASE)
_ONE_BYTE = re.compile(r"ascii|iso8859-\d+|cp125\d")
"""Charsets, by Python's names, in which nearly any bytes are some text, those of UTF-8 too ("CrÃ©dito")."""


def declared_in(content_type: str) -> str:
    """The charset that a Content-Type names, by Python's name of it; UTF-8 where it names none that there is."""
    found = _DECLARED.search(content_type)
    try:
        name = codecs.lookup(found[1] if found else UTF_8).name
    except (LookupError, ValueError):
        return UTF_8
    return UTF_8 if name == "undefined" else name  # Python has a codec for what no program means: it reads nothing


def decoded(content: bytes, declared: str, fallback: str | None = None) -> str | None:
    """A body as text; None where neither the declared charset nor ``fallback`` reads it.

    A byte order mark is left out. What declares a charset of one byte a character and is UTF-8 is read as UTF-8.
    """
    charsets = [UTF_8, declared] if _ONE_BYTE.fullmatch(declared) else [declared]
    for charset in filter(None, (*charsets, fallback)):
        try:
            return content.decode("utf-8-sig" if charset == UTF_8 else charset)
        except (LookupError, ValueError):  # a LookupError too: some codecs are for other things than text
            continue
    return None

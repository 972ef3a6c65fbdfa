"""How much of an answer is taken: its bytes as sent and unpacked, its nesting, its rows.

A few bytes can unpack to gigabytes, and a list of blanks to a day that looks empty. So an answer is read piece by
piece, and what is larger than the connection allows is an error, never a shorter answer.
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import Protocol

from requests import Response

from cierre.bookkeeping.sentence import Sentence

PIECE = 64 * 1024
"""Bytes that are read and unpacked at once."""

MEGABYTE = 1_000_000


class Bounds(Protocol):
    """What a connection allows; hooks.http.hook.Settings says the defaults."""

    @property
    def max_wire_mb(self) -> float:
        """Megabytes as sent."""

    @property
    def max_answer_mb(self) -> float:
        """Megabytes unpacked."""

    @property
    def max_depth(self) -> int:
        """Levels of objects and lists in each other."""

    @property
    def max_rows(self) -> int:
        """Objects of JSON."""


class OutOfBounds(Exception):
    """An answer that is larger than the connection allows: what it has too much of, and the setting that bounds it."""

    def __init__(self, what: Sentence, setting: str) -> None:
        super().__init__(what, setting)
        self.what, self.setting = what, setting


def pieces(response: Response, bounds: Bounds) -> Iterator[bytes]:
    """The body of a response that was asked for with ``stream``, unpacked, piece by piece.

    Raises OutOfBounds, and urllib3's HTTPError where the connection breaks before the end.
    """
    size = 0
    while piece := response.raw.read1(PIECE, decode_content=True):
        size += len(piece)
        if response.raw.tell() > bounds.max_wire_mb * MEGABYTE:
            what = Sentence("more than {limit} MB were sent", limit=f"{bounds.max_wire_mb:g}")
            raise OutOfBounds(what, "max_wire_mb")
        if size > bounds.max_answer_mb * MEGABYTE:
            what = Sentence("it unpacks to more than {limit} MB", limit=f"{bounds.max_answer_mb:g}")
            raise OutOfBounds(what, "max_answer_mb")
        yield piece


_ALL_BUT_SIGNS = bytes(set(range(256)) - set(b'[]{}"'))

_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def check_structure(text: str, bounds: Bounds) -> None:
    """Raises OutOfBounds if a JSON text is nested more deeply, or has more objects, than ``bounds`` say.

    Looks at brackets alone, before anything is built of them: whether it is JSON is for its reader to say.
    """
    if text.lstrip()[:1] not in ("[", "{"):
        return
    written = text.encode(errors="replace")
    if b"\\" in written:
        written = written.replace(rb"\\", b"").replace(rb"\"", b"")  # which end no string
    signs = written.translate(None, _ALL_BUT_SIGNS).replace(b'""', b"")
    brackets = b"".join(signs.split(b'"')[::2])  # every second part stands between two strings, the others in one
    check_rows(brackets.count(b"{"), bounds)
    if sum(map(brackets.count, (b"[", b"{"))) != sum(map(brackets.count, (b"]", b"}"))):
        return  # what is not whole goes no further than its reader, which has a bound of its own
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > bounds.max_depth:
        raise OutOfBounds(Sentence("it is nested deeper than {limit} levels", limit=bounds.max_depth), "max_depth")


def check_rows(rows: int, bounds: Bounds) -> None:
    """Raises OutOfBounds if there are more rows than ``bounds`` say: objects of an answer, or of a list's pages."""
    if rows > bounds.max_rows:
        raise OutOfBounds(Sentence("it has more than {limit} rows", limit=bounds.max_rows), "max_rows")

"""The nearest thing that would have been right, for people who mistyped one."""

from collections.abc import Iterable
from difflib import get_close_matches

from cierre.bookkeeping.sentence import Sentence

ALIKE = 0.75
"""How much a code must resemble another to be offered: codes are short, and most of them look alike."""


def nearest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str | None:
    """The known word most like this one; None where none is (``alike``: 0 whatever, 1 the same).

    Of several that are near, one that begins alike: a code's end is mistyped more easily than its group.
    """
    close = get_close_matches(word, list(known), n=20, cutoff=alike)
    return max(close, key=lambda one: _shared_beginning(word, one), default=None)


def _shared_beginning(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((length for length, (here, there) in pairs if here != there), min(len(one), len(other)))


def did_you_mean(word: str, known: Iterable[str]) -> Sentence | str:
    """``; did you mean 'closing_hour'?`` to end a sentence with, or nothing."""
    found = nearest(word, known)
    return Sentence("; did you mean {word!r}?", word=found) if found is not None else ""

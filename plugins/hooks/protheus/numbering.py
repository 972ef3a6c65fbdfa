"""How Protheus numbers sublots and documents (protheus.seed.txt, INSERT; field-notes.md)."""

from collections.abc import Sequence
from itertools import islice, product
from string import ascii_uppercase, digits

from cierre.bookkeeping.sentence import Sentence

NUMERIC = [f"{number:03d}" for number in range(1, 1000)]
"""CT2_SBLOTE of three digits, which every site takes."""

LETTERED = ["".join(code) for code in product(ascii_uppercase, digits, ascii_uppercase)]
"""Some of those with letters, which a site may take."""


class Numbering:
    """A document is found by its sublot and its number there; posting gives each attempt a sublot of its own.

    An unused address gives 000001 first (OBS **). One request makes one document; a proxy that repeats it makes one or
    two more.
    """

    documents = ("000001", "000002", "000003")

    def sublot(self, number: int, *, more: bool) -> str:
        """The sublot of a lot's n-th attempt on a date: 001 to 999, then, where the site takes letters, 00A, 00B … ZZZ.

        Raises ValueError, with a sentence, where there is none left.
        """
        if number <= len(NUMERIC):
            return NUMERIC[number - 1]
        if not more:
            raise ValueError(
                Sentence("all its {n} sublots were used, and the site is not known to take letters", n=len(NUMERIC))
            )
        lettered = ("".join(code) for code in product(digits + ascii_uppercase, repeat=3))
        found = next(islice((code for code in lettered if not code.isdigit()), number - len(NUMERIC) - 1, None), None)
        if found is None:
            raise ValueError(Sentence("all its sublots, letters included, were used"))
        return found

    def for_probes(self, *, more: bool) -> Sequence[str]:
        """Sublots to try; with ``more``, such as only some sites take."""
        return LETTERED if more else NUMERIC

    def in_the_way(self, document: str) -> str:
        """The document that stands before one with this number, where that is not the first."""
        number = int(document) if document.isdecimal() else 0
        return f"{number - 1:06d}" if 1 < number <= 1 + len(self.documents) else self.documents[0]


NUMBERING = Numbering()

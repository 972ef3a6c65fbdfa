"""Sentences that can be said again in another language."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any


class Sentence(str):
    """A sentence in English that knows how it was made: ``Sentence("{rows} rows are missing", rows=3)``.

    It is that text wherever it is compared, so that no decision depends on a language. ``text`` and ``values`` are for
    whoever tells it to people (package language). A value may be a Sentence itself.

    ``plural`` is of a sentence that counts (``counted``), and None of any other: how many, and the text for any number
    but one, for which ``text`` is.
    """

    text: str
    plural: tuple[int, str] | None
    values: dict[str, object]

    def __new__(cls, text: str, /, **values: object) -> "Sentence":
        """Takes the English text, ``{name}`` standing for a value."""
        made = super().__new__(cls, text.format(**values) if values else text)
        made.text, made.plural, made.values = text, None, values
        return made

    @classmethod
    def counted(cls, number: int, one: str, many: str) -> "Sentence":
        """How many of something: ``Sentence.counted(2, "{n} row", "{n} rows")``."""
        made = cls(one if number == 1 else many, n=number)
        made.text, made.plural = one, (number, many)
        return made

    def __str__(self) -> "Sentence":
        return self  # Python would make a plain text of it, also as the message of an error


def as_json(value: object) -> Any:
    """A sentence, or a value of one, as JSON keeps it, so that ``from_json`` can say it again in any language.

    ``{"text": …, "values": {…}}``, and for a sentence that counts ``"plural"``; an amount is ``{"amount": "12.50"}``,
    and what is no sentence stays a text.
    """
    if isinstance(value, Sentence):
        values = {name: as_json(inner) for name, inner in value.values.items()}
        return {"text": value.text, "values": values} | ({"plural": value.plural[1]} if value.plural else {})
    return {"amount": str(value)} if isinstance(value, Decimal) else str(value)


def from_json(kept: Any) -> Any:
    """What ``as_json`` kept."""
    if not isinstance(kept, dict):
        return kept
    if "amount" in kept:
        return Decimal(kept["amount"])
    if "plural" in kept:
        return Sentence.counted(int(kept["values"]["n"]), kept["text"], kept["plural"])
    return Sentence(kept["text"], **{name: from_json(inner) for name, inner in kept["values"].items()})


def together(things: Iterable[object]) -> Sentence:
    """Several things in one sentence: ``form 2 and programme 30``. There must be one at least."""
    first, *others = things
    joined = Sentence("{one}", one=first)
    for other in others:
        joined = Sentence("{one} and {other}", one=joined, other=other)
    return joined


def one_after_the_other(sentences: Iterable[object]) -> Sentence:
    """Several sentences as one, with semicolons between them."""
    values = {f"s{number}": sentence for number, sentence in enumerate(sentences)}
    return Sentence("; ".join(f"{{{place}}}" for place in values), **values)


def listing(things: Iterable[object]) -> Sentence:
    """Several things with commas between them."""
    values = {f"s{number}": thing for number, thing in enumerate(things)}
    return Sentence(", ".join(f"{{{place}}}" for place in values), **values)

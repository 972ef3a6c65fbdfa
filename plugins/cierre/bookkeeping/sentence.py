"""Sentences that can be said again in another language."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any


class Sentence(str):
    """A sentence in English that knows how it was made: ``Sentence("{rows} rows are missing", rows=3)``.

    It is that text wherever it is compared or stored, so that what is kept depends on no language. ``text`` and
    ``values`` are for whoever tells it to people (package language). A value may be a Sentence itself.
    """

    text: str
    values: dict[str, object]

    def __new__(cls, text: str, /, **values: object) -> "Sentence":
        """Takes the English text, ``{name}`` standing for a value."""
        made = super().__new__(cls, text.format(**values) if values else text)
        made.text, made.values = text, values
        return made

    def __str__(self) -> "Sentence":
        return self  # Python would make a plain text of it, also as the message of an error


def as_json(value: object) -> Any:
    """A sentence, or a value of one, as JSON keeps it, so that ``from_json`` can say it again in any language."""
    if isinstance(value, Sentence):
        return {"text": value.text, "values": {name: as_json(inner) for name, inner in value.values.items()}}
    return {"amount": str(value)} if isinstance(value, Decimal) else str(value)


def from_json(kept: Any) -> Any:
    """What ``as_json`` kept."""
    if not isinstance(kept, dict):
        return kept
    if "amount" in kept:
        return Decimal(kept["amount"])
    return Sentence(kept["text"], **{name: from_json(inner) for name, inner in kept["values"].items()})


def together(things: Iterable[object]) -> Sentence:
    """Several things in one sentence: ``form 2 and programme 30``. There must be one at least."""
    first, *others = things
    said = Sentence("{one}", one=first)
    for other in others:
        said = Sentence("{one} and {other}", one=said, other=other)
    return said


def one_after_the_other(sentences: Iterable[object]) -> Sentence:
    """Several sentences as one, with semicolons between them."""
    values = {f"s{number}": sentence for number, sentence in enumerate(sentences)}
    return Sentence("; ".join(f"{{{place}}}" for place in values), **values)


def listing(things: Iterable[object]) -> Sentence:
    """Several things with commas between them."""
    values = {f"s{number}": thing for number, thing in enumerate(things)}
    return Sentence(", ".join(f"{{{place}}}" for place in values), **values)

"""History texts: templates with placeholders, filled so that they fit what the ERP holds of them on purpose."""

import re
from collections.abc import Mapping
from functools import lru_cache

from cierre.bookkeeping.sentence import Sentence

BOX_PLACEHOLDERS = ("box", "box_key", "company", "date")
"""What a template may name besides a document's attributes: the same for every document of a box's day."""

REFERENCE = "reference"
"""The one placeholder that differs by document: with it lines are detailed, without it they are summed."""

_DATE_WIDTH = len("06/09/2024")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=1024)
def placeholders(template: str) -> tuple[str, ...]:
    """The names between braces, in their order."""
    return tuple(_PLACEHOLDER.findall(template))


def objection(template: str, known: set[str], limit: int) -> Sentence | None:
    """Why a template cannot be used, as a sentence; None where it can. ``known`` are the placeholders it may name,
    ``limit`` how many characters the ERP holds."""
    literal = _PLACEHOLDER.sub("", template)
    names = placeholders(template)
    unknown = [name for name in names if name not in known]
    # What every filled text has at least: its own words, the date whole, and one character of each other value.
    least = len(literal) + sum(_DATE_WIDTH if name == "date" else 1 for name in names)
    if "{" in literal or "}" in literal:
        return Sentence("history {template!r} has a brace that does not belong to a {{placeholder}}", template=template)
    if unknown:
        names_unknown = "history {template!r} names {{{name}}}; known are {known}"
        return Sentence(names_unknown, template=template, name=unknown[0], known=", ".join(sorted(known)))
    if least > limit:
        too_long = "history {template!r} needs at least {least} characters, and the ERP holds {limit}"
        return Sentence(too_long, template=template, least=least, limit=limit)
    if not literal.strip() and not set(names) & set(BOX_PLACEHOLDERS):
        may_be_empty = "history {template!r} could come out empty, which the ERP refuses: add a word or {{box}}"
        return Sentence(may_be_empty, template=template)
    return None


def fill(template: str, values: Mapping[str, str], limit: int) -> str:
    """The history text, at most ``limit`` characters, on one line.

    What is too long is cut the same way every time: the longest value loses its end first; the date stays whole, and
    the reference is the last to be cut and keeps its end, where its number is. The template is one that ``objection``
    has nothing against. Raises KeyError for a placeholder that ``values`` lacks.
    """
    filled = {name: " ".join(values[name].split()) for name in placeholders(template)}
    cuttable = [name for name in filled if name not in (REFERENCE, "date")]
    while len(text := template.format_map(filled)) > limit:
        longest = max(cuttable, key=lambda name: len(filled[name]), default=None)
        if longest and len(filled[longest]) > 1:
            filled[longest] = filled[longest][:-1]
        else:
            filled[REFERENCE] = filled[REFERENCE][1:]
    return " ".join(text.split())


class Filler:
    """A template whose values are all known but the reference: gives what ``fill`` gives, for many documents."""

    def __init__(self, template: str, values: Mapping[str, str], limit: int) -> None:
        self._template = template
        self._limit = limit
        self._values = dict(values)
        known = {name: " ".join(value.split()) for name, value in values.items()}
        self._parts = [part.format_map(known) for part in template.split(f"{{{REFERENCE}}}")]

    def __call__(self, reference: str) -> str:
        """The history text with this reference."""
        text = reference.join(self._parts)
        if len(text) > self._limit:
            return fill(self._template, {**self._values, REFERENCE: reference}, self._limit)
        return " ".join(text.split())

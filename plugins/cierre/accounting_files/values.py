"""Texts that a form may send, and how YAML writes them. Pure."""

import json
import re
from typing import Annotated

from pydantic import AfterValidator, Field

from cierre.bookkeeping.sentence import Sentence

LONGEST = 200
"""Characters of a value: a name, a code, what a source calls something."""

_PLAIN = re.compile(r"\w(?:[\w ./()@-]*[\w.)])?")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError(Sentence("must not hold signs that cannot be seen"))
    if not text.strip():
        raise ValueError(Sentence("must not be empty"))
    return text


Value = Annotated[str, Field(max_length=LONGEST), AfterValidator(_printable)]
"""One line of text that can be read."""


def as_scalar(value: str) -> str:
    """A text as YAML: bare where it needs no quotes."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)

"""Sentences as the ledger keeps them: as JSON with their values, so that they can be said in any language."""

from typing import Any

from psycopg.types.json import Jsonb

from cierre.bookkeeping.sentence import Sentence, as_json, from_json
from cierre.bookkeeping.text import shown


def stored(sentence: str) -> Jsonb:
    """A sentence, or a text that is none, for a column of sentences."""
    return Jsonb(_fit(as_json(sentence)))


def sentence(kept: Any) -> Sentence:
    """What such a column holds; a finished text is a sentence without values."""
    text = from_json(kept)
    return text if isinstance(text, Sentence) else Sentence(text)


def _fit(kept: Any) -> Any:
    """The same without what PostgreSQL's JSON does not take: a NUL, half a character."""
    if isinstance(kept, dict):
        return {name: _fit(inner) for name, inner in kept.items()}
    return shown(kept)

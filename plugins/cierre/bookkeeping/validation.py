"""What the models people write in files share: strict fields, and messages that are sentences."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean
from cierre.bookkeeping.vocabulary import SOURCES


class Model(BaseModel):
    """A record people write in a file: unknown fields are refused, and nothing changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(Sentence("must not be empty"))
    return text


def _iso_date(value: object) -> object:
    # Pydantic alone would also take "20240906", as seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError(Sentence("{value!r} is not a date as YYYY-MM-DD", value=value))
    return value


def _source(name: str) -> str:
    if name not in SOURCES:
        raise ValueError(
            Sentence(
                "unknown source {name!r}; known are {known}{hint}",
                name=name,
                known=", ".join(sorted(SOURCES)),
                hint=did_you_mean(name, SOURCES),
            )
        )
    return name


Text = Annotated[str, AfterValidator(_not_blank)]
"""Text that says something. Kept verbatim: blanks at its ends can matter (an ERP's branch is padded)."""

IsoDate = Annotated[date, BeforeValidator(_iso_date)]
"""A date, or its text as ``YYYY-MM-DD``."""


FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
"""The days on which a box can have been closed: at the calendar's ends no day can be added or taken away."""


def one_of(names: Callable[[], Iterable[str]]) -> Callable[[dict[str, Any]], None]:
    """For a field's JSON schema: only these names. Asked when a schema is made, since sources declare theirs late."""
    return lambda schema: schema.update(enum=sorted(names()))


Source = Annotated[str, AfterValidator(_source), Field(json_schema_extra=one_of(lambda: SOURCES))]
"""A source of documents: the name of its package and of its entry in the vocabulary."""

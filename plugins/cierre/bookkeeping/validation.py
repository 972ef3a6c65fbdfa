"""What the models people write in files share: strict fields, and messages that are sentences."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from cierre.bookkeeping.money import AmountError, exact, may_have_thousands
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


def _on_one_line(text: str) -> str:
    if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", text):
        raise ValueError(Sentence("must be one line of text, without signs that cannot be seen"))
    return text


def _amount(value: object) -> object:
    # Pydantic alone would take 50.000 as 50, and 1e3.
    if isinstance(value, str) and may_have_thousands(value):
        raise ValueError(
            Sentence("{value!r} may be thousands or not: write only a point before cents, as in 50000.00", value=value)
        )
    return _number(value, Sentence("an amount: write it like 50000.00, with no sign for thousands"))


def _per_cent(value: object) -> object:
    return _number(value, Sentence("a number: write a percentage like 19 or 2.5, without its sign"))


def _number(value: object, wanted: Sentence) -> object:
    if not isinstance(value, str):
        return value
    try:
        return exact(value)
    except AmountError:
        raise ValueError(Sentence("{value!r} is not {wanted}", value=value, wanted=wanted)) from None


def _not_a_share(rate: Decimal) -> Decimal:
    if 0 < rate < 1:
        told = {"rate": str(rate), "meant": f"{(rate * 100).normalize():f}"}
        raise ValueError(Sentence("{rate} would be {rate} %: rates are in per cent; write {meant}", **told))
    return rate


def _business_day(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(Sentence("{day} is no day from {first} to {last}", day=day, first=FIRST_DAY, last=LAST_DAY))
    return day


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

Name = Annotated[Text, AfterValidator(_on_one_line)]
"""What people call something: it stands in the headings of mails and pages."""

Amount = Annotated[Decimal, Field(ge=0), BeforeValidator(_amount)]
"""Money, not below zero, written as sources must write it: see ``cierre.bookkeeping.money``."""

PER_CENT = BeforeValidator(_per_cent)
"""Reads a percentage: 2.5 is two and a half per cent."""

VatPerCent = Annotated[Decimal, Field(ge=0, lt=100), PER_CENT, AfterValidator(_not_a_share)]
"""A rate of VAT. None is below one per cent: 0.19 is meant as 19."""

IsoDate = Annotated[date, BeforeValidator(_iso_date)]
"""A date, or its text as ``YYYY-MM-DD``."""


FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
"""The days on which a box can have been closed: at the calendar's ends no day can be added or taken away."""


BusinessDay = Annotated[IsoDate, AfterValidator(_business_day)]
"""A day on which a box can have been closed."""


def one_of(names: Callable[[], Iterable[str]]) -> Callable[[dict[str, Any]], None]:
    """For a field's JSON schema: only these names. Asked when a schema is made, since sources declare theirs late."""
    return lambda schema: schema.update(enum=sorted(names()))


Source = Annotated[str, AfterValidator(_source), Field(json_schema_extra=one_of(lambda: SOURCES))]
"""A source of documents: the name of its package and of its entry in the vocabulary."""

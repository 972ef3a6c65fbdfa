"""What an account mapping is made of: postings with their rules, and tables of codes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.validation import IsoDate, Model, Text, one_of
from cierre.bookkeeping.vocabulary import amounts, attributes


class FromTable(Model):
    """A code that is looked up in one of the mapping's tables: ``{table: cost_centre_of_programme}``."""

    table: Text


class Table(Model):
    """Codes by the value of one attribute (``by``): cost centres by programme, accounts by type of revenue."""

    by: Annotated[Text, Field(json_schema_extra=one_of(attributes))]
    values: Annotated[dict[str, Text], Field(min_length=1)]


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _code_or_table(value: object) -> str:
    return "code" if isinstance(value, str) else "table"


Code = Annotated[Annotated[Text, Tag("code")] | Annotated[FromTable, Tag("table")], Discriminator(_code_or_table)]
"""An account or another code: written out, or looked up in a table."""

_TEXT = {"type": "string"}
OneOf = Annotated[
    tuple[Text, ...],
    BeforeValidator(_several),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}),
]
"""The values a condition accepts: one, or any of a list."""


def _named_by_attributes(schema: dict[str, Any]) -> None:
    schema["propertyNames"] = {"enum": attributes()}


Lines = Literal["summary", "detail"]
"""One line for all documents that are booked alike, or lines of each document's own."""


def _entity(number: str) -> str:
    if not re.fullmatch(r"\d\d", number):
        raise ValueError(Sentence("{number!r} is not the number of an accounting entity, such as 05", number=number))
    return number


EntityNumber = Annotated[str, AfterValidator(_entity)]
"""The number of one of the ERP's additional accounting entities; which there are is for the ERP to say."""


class Rule(Model):
    """Where a posting goes when a document's attributes fit ``when`` (no condition: the posting's default).

    ``entities`` are the ERP's additional accounting entities, by their number; ``history`` and ``lines`` replace the
    posting's.
    """

    label: str = ""
    when: dict[str, OneOf] = Field(default_factory=dict, json_schema_extra=_named_by_attributes)
    valid_from: IsoDate | None = None
    priority: int = 0
    account: Code
    cost_centre: Code | None = None
    item: Code | None = None
    value_class: Code | None = None
    entities: dict[EntityNumber, Code] = Field(default_factory=dict)
    history: Text | None = None
    lines: Lines | None = None

    @property
    def rank(self) -> tuple[int, int, date]:
        """How specific the rule is: of those that fit a document, the highest rank wins."""
        return self.priority, len(self.when), self.valid_from or date.min

    @property
    def codes(self) -> dict[str, Code]:
        """Its codes by the name of the field they fill: account, cost_centre, item, value_class, entities.05, …"""
        fields = {name: getattr(self, name) for name in ("account", "cost_centre", "item", "value_class")}
        return {name: code for name, code in fields.items() if code is not None} | {
            f"entities.{number}": code for number, code in sorted(self.entities.items())
        }

    def fits(self, attributes: Mapping[str, str], day: date) -> bool:
        """Whether the rule is in force on ``day`` and every condition holds; an absent attribute fits none."""
        in_force = self.valid_from is None or self.valid_from <= day
        return in_force and all(attributes.get(name) in values for name, values in self.when.items())

    def __str__(self) -> str:
        conditions = ", ".join(f"{name}: {' or '.join(values)}" for name, values in self.when.items())
        return f"{self.label!r} ({conditions or 'default'})" if self.label else conditions or "the default"


class Posting(Model):
    """One side of a document's booking: which of its amounts, and by which rules.

    Summary lines whose history names the ``{reference}`` sum what has the same reference.
    """

    side: Literal["debit", "credit"]
    amount: Annotated[Text, Field(json_schema_extra=one_of(amounts))]
    history: Text
    lines: Lines = "summary"
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    def __str__(self) -> str:
        return f"{self.side} {self.amount}"

    @property
    def journal_side(self) -> Side:
        return Side.DEBIT if self.side == "debit" else Side.CREDIT

"""The columns of a list of invoices as people reviewed them: which name holds what, and what the VAT column may say."""

from collections import Counter
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.validation import PER_CENT, Model, Text, VatPerCent


class InvoiceColumn(Model):
    """A column by its name; ``accumulable`` where the source shows its sum, as it does for amounts."""

    name: Text
    accumulable: bool = False


Percent = Annotated[Decimal, Field(ge=0, lt=100), PER_CENT]


class VatRules(Model):
    """What an invoice's VAT column may say besides one percentage, and what its total may leave out.

    ``vat_words``: what a word there means, in per cent, however its letters are written. ``two_rates``: whether a cell
    that names two rates parts base and VAT between them. ``withholdings``: percentages of the base that customers may
    keep back from the total.
    """

    vat_words: dict[Text, VatPerCent] = Field(default_factory=dict)
    two_rates: bool = True
    withholdings: tuple[Percent, ...] = ()

    def rate_of(self, word: str) -> Decimal | None:
        """What a word means; None where nobody said."""
        return {_bare(known): rate for known, rate in self.vat_words.items()}.get(_bare(word))

    @field_validator("vat_words")
    @classmethod
    def _each_word_once(cls, words: dict[str, Decimal]) -> dict[str, Decimal]:
        twice = sorted(word for word, times in Counter(map(_bare, words)).items() if times > 1)
        if twice:
            raise ValueError(Sentence("these words stand more than once: {names}", names=", ".join(twice)))
        return words


def _bare(word: str) -> str:
    return " ".join(word.casefold().split())


class InvoiceColumns(VatRules):
    """The column that holds each thing an issued invoice tells; ``ignored`` are known names that hold none of them."""

    issued_on: InvoiceColumn
    entity: InvoiceColumn
    concept: InvoiceColumn
    base: InvoiceColumn
    vat_rate: InvoiceColumn
    total: InvoiceColumn
    state: InvoiceColumn
    collected_on: InvoiceColumn
    collected: InvoiceColumn
    planned_number: InvoiceColumn
    ignored: tuple[Text, ...] = ()

    @property
    def by_meaning(self) -> dict[str, InvoiceColumn]:
        """The columns by what they hold: ``issued_on``, ``entity``, …"""
        found = {meaning: getattr(self, meaning) for meaning in type(self).model_fields}
        return {meaning: column for meaning, column in found.items() if isinstance(column, InvoiceColumn)}

    @model_validator(mode="after")
    def _each_name_once(self) -> "InvoiceColumns":
        names = Counter([*(column.name for column in self.by_meaning.values()), *self.ignored])
        if twice := sorted(name for name, times in names.items() if times > 1):
            raise ValueError(Sentence("these columns are named more than once: {names}", names=", ".join(twice)))
        return self

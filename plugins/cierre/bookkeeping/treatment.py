"""What kinds of documents mean to money that is paid for them: taxed, exempt, an advance, not a sale. Pure.

A mapping says it by kind of document and date; where it says nothing, the country's own list does
(``bookkeeping/countries``), and where that says nothing either, nothing is booked by guessing.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeVar, get_args

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from cierre.bookkeeping.documents import Document
from cierre.bookkeeping.money import quantum
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.validation import IsoDate, Model, Text, VatPerCent

Treatment = Literal["taxed", "exempt", "advance", "not_a_sale"]
TREATMENTS: tuple[str, ...] = get_args(Treatment)

UNKNOWN = "unknown"
"""Stands for the kind of a document of which its source tells none, or several."""

COUNTRIES = Path(__file__).parent / "countries"


class VatRate(Model):
    """A rate of VAT in percent, and since when it holds."""

    rate: VatPerCent
    valid_from: IsoDate | None = None


class DatedTreatment(Model):
    """What a kind of document is, and since when."""

    treatment: Treatment
    valid_from: IsoDate | None = None


_Dated = TypeVar("_Dated", VatRate, DatedTreatment)


def _one_a_date(dated: tuple[_Dated, ...]) -> tuple[_Dated, ...]:
    in_order = sorted(dated, key=_since)
    for day, same in groupby(in_order, _since):
        if len(list(same)) > 1:
            if day == date.min:
                raise ValueError(Sentence("two have no valid_from: give one of them the day from which it holds"))
            raise ValueError(Sentence("two hold from {day} on: give one another valid_from", day=day))
    return tuple(in_order)


def _since(dated: VatRate | DatedTreatment) -> date:
    return dated.valid_from or date.min


def _also_a_word(value: object) -> object:
    return ({"treatment": value},) if isinstance(value, str) else value


_ONE = {"type": "string", "enum": list(TREATMENTS)}
_DATED = {
    "type": "object",
    "properties": {"treatment": _ONE, "valid_from": {"type": "string", "format": "date"}},
    "required": ["treatment"],
    "additionalProperties": False,
}
Treatments = Annotated[
    tuple[DatedTreatment, ...],
    BeforeValidator(_also_a_word),
    Field(min_length=1),
    AfterValidator(_one_a_date),
    WithJsonSchema({"anyOf": [_ONE, {"type": "array", "items": _DATED, "minItems": 1}]}),
]
"""What a kind of document is: one word, or several with the dates from which they hold."""

VatRates = Annotated[tuple[VatRate, ...], AfterValidator(_one_a_date)]


class Country(Model):
    """A country's own data, by the currency that is booked there. ``money_out``: kinds of documents that the company
    pays, not the customer; ``purchases``: those of them by which it buys, or settles what it sold for others.
    """

    currency: Text
    vat: VatRates
    document_types: dict[str, Treatments]
    money_out: frozenset[str] = frozenset()
    purchases: frozenset[str] = frozenset()


class Taxes(NamedTuple):
    """How an amount of one kind of document is taxed on a day: ``rate`` is None where no VAT is in it."""

    treatment: str
    rate: Decimal | None

    def parts(self, net: Decimal, currency: str) -> dict[str, Decimal]:
        """An amount with its VAT taken apart: ``base`` and ``vat``, which come to it.

        As if all of the document were taxed alike.
        """
        if self.rate is None:
            return {"base": net, "vat": net - net}
        base = (net / (1 + self.rate / 100)).quantize(quantum(currency), rounding=ROUND_HALF_UP)
        return {"base": base, "vat": net - base}


def country_of(currency: str) -> Country | None:
    """The country whose currency it is; None where there is no file of it."""
    return _countries().get(currency)


@cache
def _countries() -> Mapping[str, Country]:
    # Every value is read as the text that is written, as those of people's own files are.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    read = (yaml.load(path.read_text(encoding="utf-8"), loader) for path in sorted(COUNTRIES.glob("*.yaml")))
    return {one.currency: one for one in map(Country.model_validate, read)}


def taxes(
    document_type: str,
    day: date,
    currency: str,
    document_types: Mapping[str, tuple[DatedTreatment, ...]] | None = None,
    vat: tuple[VatRate, ...] = (),
) -> Taxes | None:
    """How money for a kind of document is taxed on a day: as a mapping's own lists say, else as the country's do.

    None where neither says it, or no rate of VAT holds that day.
    """
    country = country_of(currency)
    said = _in_force((document_types or {}).get(document_type, ()), day)
    if said is None and country is not None:
        said = _in_force(country.document_types.get(document_type, ()), day)
    if said is None:
        return None
    if said.treatment != "taxed":
        return Taxes(said.treatment, None)
    rate = _in_force(vat or (country.vat if country else ()), day)
    return Taxes(said.treatment, rate.rate) if rate else None


def _in_force(dated: tuple[_Dated, ...], day: date) -> _Dated | None:
    """The newest of those that hold on a day; they stand in the order of their dates."""
    return next((one for one in reversed(dated) if _since(one) <= day), None)


def treated(document: Document, own: Taxes, country: Taxes | None) -> Document:
    """A document with its treatment among its attributes, and its VAT as the mapping has it (``treated_amounts``)."""
    return document._replace(
        attributes=treated_attributes(document.attributes, own),
        amounts=treated_amounts(document.amounts, document.currency, own, country),
    )


def treated_attributes(attributes: Mapping[str, str], own: Taxes) -> dict[str, str]:
    """A document's attributes with its treatment among them."""
    return {"document_type": UNKNOWN, **attributes, "treatment": own.treatment}


def treated_amounts(
    amounts: Mapping[str, Decimal], currency: str, own: Taxes, country: Taxes | None
) -> Mapping[str, Decimal]:
    """A document's amounts with its VAT as the mapping has it.

    What was read already by the country's data stays as it was read, where the mapping says the same.
    """
    if own == country and "base" in amounts:
        return amounts
    return {**amounts, **own.parts(amounts["net"], currency)}

"""What a company's documents come to as issued invoices, by its rules in ``served_invoices.yaml``.

This is what an SGI is served. Each document is a part of an invoice, or of none: what was issued, what was collected.
Parts of one invoice may be of several days and boxes; ``cierre.ledger.served_invoices`` adds them up. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from cierre.bookkeeping import vocabulary
from cierre.bookkeeping.cash_box import CashBox, Slug
from cierre.bookkeeping.conversion import rate_of
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.money import ZERO, quantum
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean
from cierre.bookkeeping.treatment import UNKNOWN, taxes, treated
from cierre.bookkeeping.validation import Model, Text

ColumnName = Literal[
    "Fecha emisión", "Entidad", "Concepto", "Importe base", "Porcentaje IVA", "Importe total", "Estado", "Fecha cobro",
    "Importe cobrado", "Número previsión",
]  # fmt: skip
"""The columns of an invoice, as the contract names them, in its order: they are numbered from 1."""

BESIDES = ("box", "form", "kind", "number")
"""What texts may be told by besides a document's attributes."""

A_FEW_CENTS = Decimal("0.05")
"""How far a total may be from base and a rate of VAT, for that to be its rate."""


def _known_word(name: str) -> str:
    known = {*vocabulary.attributes(), *BESIDES}
    if name not in known:
        raise ValueError(
            Sentence(
                "documents have no {name!r}; known are {known}{hint}",
                name=name,
                known=", ".join(sorted(known)),
                hint=did_you_mean(name, known),
            )
        )
    return name


def _known_amount(name: str) -> str:
    known = vocabulary.amounts()
    if name.removeprefix("-") not in known:
        raise ValueError(
            Sentence(
                "documents have no amount {name!r}; known are {known}{hint}",
                name=name,
                known=", ".join(known),
                hint=did_you_mean(name.removeprefix("-"), known),
            )
        )
    return name


Word = Annotated[str, AfterValidator(_known_word)]
"""An attribute of documents, or one of BESIDES."""

Amount = Annotated[str, AfterValidator(_known_amount)]
"""The name of an amount of documents; with ``-`` before it, it is taken off."""

Amounts = Annotated[tuple[Amount, ...], Field(min_length=1)]


class Told(Model):
    """A text of an invoice. ``by``: what of a document tells it, as it is, or by ``values``; ``otherwise``: where that
    tells nothing."""

    by: Word | None = None
    values: dict[str, Text] = Field(default_factory=dict)
    otherwise: str = ""

    def of(self, document: Document, box: str) -> str:
        """The text for a document of a box; empty for none."""
        said = _word(document, box, self.by) if self.by else ""
        return (self.values.get(said) if self.values else said) or self.otherwise


class Selection(Model):
    """Which documents: of these kinds, where each of ``when`` is one of the values beside it. ``negative``: their
    amounts, which are never below zero, lower what they are of."""

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    when: dict[Word, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    negative: bool = False

    def takes(self, document: Document, box: str) -> bool:
        """Whether a document of a box is one of them."""
        return document.kind in self.kinds and all(
            _word(document, box, word) in values for word, values in self.when.items()
        )


class Issued(Selection):
    """Documents that are an invoice, or a part of one; ``total`` is with VAT, ``base`` without."""

    base: Amounts
    total: Amounts


class Collected(Selection):
    """Documents by which an invoice was paid, and how much of it."""

    amount: Amounts


class ServedCompany(Model):
    """What of a company's books an SGI is served as issued invoices.

    ``each``: whether documents of one number are one invoice, or each document is. ``project`` and ``year``: proyectoId
    and anualidad (the year of issue, where nothing says it); a document of no project is not served. ``entity`` and
    ``concept``: what the columns Entidad and Concepto say; what sources say of customers is personal and stays where it
    is. ``sgi_project`` and ``planned``: proyectoIdSGI and numeroPrevision. ``vat_rate``: Porcentaje IVA; else by
    ``vat_parts``, rates with the amounts that are there where an invoice has them; else what base and total come to.
    The first of ``issued`` and the first of ``collected`` that takes a document counts. ``reduced``: the columns of
    ``reducida==true``.
    """

    each: Literal["number", "document"] = "number"
    project: Told
    year: Told = Told()
    entity: Told = Told()
    concept: Told = Told()
    sgi_project: Told = Told()
    planned: Told = Told()
    vat_rate: Told = Told()
    vat_parts: dict[Annotated[str, Field(pattern=r"^\d{1,2}([.,]\d{1,2})?$")], Amounts] = Field(default_factory=dict)
    issued: Annotated[tuple[Issued, ...], Field(min_length=1)]
    collected: tuple[Collected, ...] = ()
    reduced: tuple[ColumnName, ...] = ()

    @model_validator(mode="after")
    def _planned_of_a_project(self) -> Self:
        if self.planned != Told() and self.sgi_project == Told():
            raise ValueError(Sentence("planned needs sgi_project: a planned item is known only with its project"))
        return self


class ServedCompanies(Model):
    """``companies``: those whose invoices may be served, by the id that cash boxes name."""

    companies: dict[Slug, ServedCompany]


class Part(NamedTuple):
    """What a document is of an invoice. ``issued_on`` is None where it only tells of money for one."""

    document_key: str
    invoice: str
    number: str
    issued_on: date | None
    project: str
    year: str
    sgi_project: str
    planned: str
    entity: str
    concept: str
    vat_rate: str
    base: Decimal
    total: Decimal
    collected: Decimal
    collected_on: date | None


def parts_of(box: CashBox, documents: Iterable[Document], rules: ServedCompany) -> Iterator[Part]:
    """The parts of invoices that a box's documents are, amounts in the box's currency by each document's own rate."""
    for document in documents:
        issued = next((one for one in rules.issued if one.takes(document, box.id)), None)
        collected = next((one for one in rules.collected if one.takes(document, box.id)), None)
        if issued is None and collected is None:
            continue
        project = rules.project.of(document, box.id)
        if issued and not project:
            continue
        base = _amount(document, issued.base, issued.negative, box.currency) if issued else ZERO
        total = _amount(document, issued.total, issued.negative, box.currency) if issued else ZERO
        paid = _amount(document, collected.amount, collected.negative, box.currency) if collected else ZERO
        by_itself = rules.each == "document" or not document.reference
        planned = rules.planned.of(document, box.id)
        yield Part(
            document_key=document.key,
            invoice=invoice_id(document.source_id if by_itself else document.reference),
            number=document.reference or document.source_id,
            issued_on=document.business_date if issued else None,
            project=project,
            year=rules.year.of(document, box.id) or str(document.business_date.year),
            sgi_project=rules.sgi_project.of(document, box.id),
            planned=planned,
            entity=rules.entity.of(document, box.id),
            concept=rules.concept.of(document, box.id),
            vat_rate=_vat_rate(document, box, rules, base, total) if issued else "",
            base=base,
            total=total,
            collected=paid,
            collected_on=document.business_date if paid else None,
        )


def as_booked(documents: Iterable[Document], mapping: AccountMapping) -> Iterator[Document]:
    """Documents as a mapping books them: with what money for their kinds of documents is, and their VAT by its rates.
    One of which nobody says what it is stays as it was read: its day has no books yet."""
    for document in documents:
        own = country = None
        if mapping.treats(document.kind) and document.attributes.get("refund_of") != "collection":
            what = document.attributes.get("document_type", UNKNOWN)
            own = mapping.taxes(what, document.business_date, document.currency)
            country = taxes(what, document.business_date, document.currency)
        yield document if own is None else treated(document, own, country)


def invoice_id(text: str) -> str:
    """An invoice's id, of letters, digits, ``-`` and ``.`` of its number; any other character, and ``_``, is written by
    its code. Two numbers never have the same: ``J2021/01`` is ``J2021_2F01``."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda sign: "".join(f"_{byte:02X}" for byte in sign[0].encode()), text)


def _word(document: Document, box: str, word: str) -> str:
    besides = {"box": box, "form": document.form, "kind": document.kind.value, "number": document.reference}
    return besides[word] if word in besides else document.attributes.get(word, "")


def _amount(document: Document, names: Iterable[str], negative: bool, currency: str) -> Decimal:
    """The sum of some of a document's amounts, in a currency; nothing where its rate is not known: then no box books
    it, either."""
    own = sum((_signed(document.amounts, name) for name in names), ZERO)
    if document.currency != currency:
        own = (own * (rate_of(document) or ZERO)).quantize(quantum(currency), rounding=ROUND_HALF_UP)
    return -own if negative and own else own


def _signed(amounts: Mapping[str, Decimal], name: str) -> Decimal:
    amount = amounts.get(name.removeprefix("-"), ZERO)
    return -amount if name.startswith("-") else amount


def _vat_rate(document: Document, box: CashBox, rules: ServedCompany, base: Decimal, total: Decimal) -> str:
    if told := rules.vat_rate.of(document, box.id):
        return told
    if rules.vat_parts:
        return "/".join(
            rate
            for rate, names in rules.vat_parts.items()
            if sum((_signed(document.amounts, name) for name in names), ZERO)
        )
    return rate_between(base, total)


def rate_between(base: Decimal, total: Decimal) -> str:
    """The rate of VAT, of at most one decimal, that makes a total of a base; empty where there is none."""
    if not base:
        return ""
    rate = ((total - base) * 100 / base).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    for said in (rate.quantize(Decimal(1), rounding=ROUND_HALF_UP), rate):
        if said >= ZERO and abs(base * said / 100 - (total - base)) <= A_FEW_CENTS:
            return f"{said.normalize():f}"
    return ""

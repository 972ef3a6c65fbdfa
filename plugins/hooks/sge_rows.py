"""What the SGE's invoices mean to the books: a sale on the day of issue, a credit note where it is below zero."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bookkeeping.documents import Document, Kind, QuarantinedRow
from bookkeeping.money import ZERO
from bookkeeping.sentence import Sentence
from hooks.sge_landing import NoDay, Project, Row

ROUNDING = Decimal("0.05")
"""How far the VAT of an invoice may be from its rate: an invoice of many lines rounds each of them."""


class Reason(StrEnum):
    """Why a row is quarantined. All but REPEATED stop the day."""

    MISSING_FIELD = "missing_field"
    BAD_AMOUNT = "bad_amount"
    BAD_DATE = "bad_date"
    BAD_RATE = "bad_rate"
    TOTALS_DISAGREE = "totals_disagree"
    REPEATED = "repeated"


class Unbookable(Exception):
    """Why a row does not become a document."""

    def __init__(self, reason: Reason, text: str, **values: object) -> None:
        super().__init__(Sentence(text, **values))
        self.reason = reason


def issued(project: Project, *, day: date, currency: str) -> Iterator[Document | QuarantinedRow]:
    """The documents of a project's invoices of a day; quarantined, what cannot be booked.

    A row whose day of issue cannot be read may be of this day, so it stops it.
    """
    seen: set[str] = set()
    for row in project.rows:
        try:
            if _day_of_issue(row) != day:
                continue
            if row.key in seen:
                raise Unbookable(
                    Reason.REPEATED, "invoice {number} stands in the list already, and counts once", number=row.number
                )
            seen.add(row.key)
            yield _document(row, day, currency)
        except Unbookable as why:
            yield _quarantined(row, why, currency)


def _day_of_issue(row: Row) -> date:
    try:
        issued_on = row.day("issued_on")
    except NoDay as wrong:
        raise Unbookable(Reason.BAD_DATE, "day of issue: {why}", why=wrong) from None
    if issued_on is None:
        raise Unbookable(Reason.MISSING_FIELD, "the invoice has no day of issue")
    return issued_on


def _document(row: Row, day: date, currency: str) -> Document:
    if lacking := [name for name in ("anualidad", "numeroFactura") if not row.value.get(name)]:
        raise Unbookable(Reason.MISSING_FIELD, "the invoice lacks {fields}", fields=", ".join(lacking))
    base, total = _money(row, "base", currency), _money(row, "total", currency)
    rate = _rate(row)
    vat = total - base
    if abs(base * rate / 100 - vat) > ROUNDING:
        raise Unbookable(
            Reason.TOTALS_DISAGREE,
            "base {base} at {rate} % of VAT does not come to the total {total}",
            base=base,
            rate=rate,
            total=total,
        )
    return Document(
        source="sge",
        kind=kind_of(base),
        source_id=row.key,
        business_date=day,
        currency=currency,
        form="",
        amounts={"net": abs(base), "vat": abs(vat), "gross": abs(total)},
        attributes={"project": row.project, "year": row.year, "vat_rate": f"{rate.normalize():f}"},
        place=row.place,
        reference=row.number,
    )


def kind_of(base: Decimal) -> Kind:
    """An invoice below zero takes another one back."""
    return Kind.CREDIT_NOTE if base < ZERO else Kind.SALE


def _money(row: Row, meaning: str, currency: str) -> Decimal:
    value = row.money(meaning, currency)
    if value is None:
        raise Unbookable(
            Reason.BAD_AMOUNT,
            "{meaning} is {said}, which is no amount",
            meaning=meaning,
            said=repr(str(row.cell(meaning))[:40]),
        )
    return value


def _rate(row: Row) -> Decimal:
    """The VAT rate in per cent: ``21``, ``10,5``, ``21 %``; an empty one is 0."""
    text = str(row.cell("vat_rate") or "0").replace("%", "").replace(",", ".").strip()
    if not re.fullmatch(r"\d{1,2}(\.\d{1,4})?", text):
        raise Unbookable(Reason.BAD_RATE, "the VAT rate is {said}, which is no percentage", said=repr(text[:40]))
    return Decimal(text)


def _quarantined(row: Row, why: Unbookable, currency: str) -> QuarantinedRow:
    base = row.money("base", currency)
    return QuarantinedRow(
        place=row.place,
        kind=kind_of(base or ZERO),
        form="",
        reason=why.reason,
        message=str(why),
        net=None if base is None else abs(base),
        row=row.value,
        blocking=why.reason is not Reason.REPEATED,
    )

"""What the SGE's invoices mean to the books: a sale on the day of issue, a credit note where it is below zero."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow
from cierre.bookkeeping.money import ZERO, quantum
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import is_text_or_number, quoted, text_of
from hooks.sge.description import REVIEW
from hooks.sge.reviewed import VatRules
from hooks.sge.snapshot import IDENTITY, NEEDED, NoDay, Project, Row

ROUNDING = Decimal("0.05")
"""How far the VAT of an invoice may be from its rate: an invoice of many lines rounds each of them."""

HUNDRED = Decimal(100)

_NUMBER = r"(\d{1,2}(?:[.,]\d{1,4})?) ?%?"
ONE_RATE = re.compile(_NUMBER)
TWO_RATES = re.compile(rf"{_NUMBER}(?: ?[/+;|] ?| [yei-] | and ){_NUMBER}")
"""Two rates in one cell: ``21/10``, ``21 % y 10 %``. Not ``21,10``, which is one rate."""


_WORDS = re.compile(r"[^\W\d](?:[^\W\d]|[ .,%/()-]){0,39}")
"""Words of a VAT rate, as people must write them into vat_words; a text with numbers may have a person's."""

FIELDS = (*IDENTITY, "numeroFactura")
"""The fields that an invoice has beside its columns, as far as the books have them."""


class Reason(StrEnum):
    """Why a row is quarantined. All but REPEATED stop the day; BAD_RATE and TOTALS_DISAGREE a person may release."""

    MISSING_FIELD = "missing_field"
    BAD_AMOUNT = "bad_amount"
    BAD_DATE = "bad_date"
    WRONG_DAY = "wrong_day"
    BAD_RATE = "bad_rate"
    TOTALS_DISAGREE = "totals_disagree"
    REPEATED = "repeated"
    REPEATED_FIELD = "repeated_field"
    UNFIT_TEXT = "unfit_text"


class Unbookable(Exception):
    """Why a row does not become a document; ``release`` is the one that a person may have booked all the same."""

    def __init__(self, reason: Reason, text: str, *, release: Document | None = None, **values: object) -> None:
        super().__init__(Sentence(text, **values))
        self.reason = reason
        self.release = release


def issued(project: Project, *, day: date, currency: str, rules: VatRules) -> Iterator[Document | QuarantinedRow]:
    """The documents of a project's invoices of a day; quarantined, what cannot be booked.

    ``rules`` say what stands for a rate, and what may be kept back from a total. A row whose day of issue cannot be
    read may be of this day, so it stops it; so does one that the SGE lists for this day and dates otherwise.
    """
    seen: set[str] = set()
    misdated = project.misdated(day)
    for row in project.rows:
        try:
            if row.issued_on in (day, None):
                refuse_repeated(row.repeated(*NEEDED, fields=FIELDS))
            issued_on = day_of_issue(row)
            if issued_on != day and row.key in misdated:
                raise Unbookable(
                    Reason.WRONG_DAY,
                    "invoice {number}: the SGE lists it for {day}, but its day of issue is read as {issued_on}",
                    number=row.number,
                    day=day,
                    issued_on=issued_on,
                )
            if issued_on != day:
                continue
            if row.key in seen:
                raise Unbookable(
                    Reason.REPEATED, "invoice {number} stands in the list already, and counts once", number=row.number
                )
            seen.add(row.key)
            yield _document(row, day, currency, rules)
        except Unbookable as why:
            yield _quarantined(row, why, currency)


def refuse_repeated(field: str) -> None:
    """Raises Unbookable for the name of a field that stands twice in a row; not for an empty one."""
    if field:
        raise Unbookable(
            Reason.REPEATED_FIELD,
            "the field {field} stands twice in the row: which of its values holds is not known",
            field=field,
        )


def refuse_unfit(row: Row) -> None:
    """Raises Unbookable where what names an invoice is no text and no number."""
    for field in FIELDS:
        value = row.value.get(field)
        if value is not None and not is_text_or_number(value):
            why = Sentence("it is {what}", what=quoted(value))
            raise Unbookable(Reason.UNFIT_TEXT, "{field} cannot be booked: {why}", field=field, why=why)


def day_of_issue(row: Row) -> date:
    """An invoice's day of issue. Raises Unbookable where there is none, or it cannot be read."""
    try:
        issued_on = row.day("issued_on")
    except NoDay as wrong:
        raise Unbookable(Reason.BAD_DATE, "day of issue: {why}", why=wrong) from None
    if issued_on is None:
        raise Unbookable(Reason.MISSING_FIELD, "the invoice has no day of issue")
    return issued_on


@dataclass(frozen=True, slots=True)
class _Vat:
    """How the total of an invoice is made up, above zero: VAT by one or two rates, less what the customer withholds."""

    rates: tuple[Decimal, ...]
    vat: Decimal
    second: Decimal = ZERO
    withheld: Decimal = ZERO
    word: str = ""


def _document(row: Row, day: date, currency: str, rules: VatRules) -> Document:
    if lacking := [name for name in ("anualidad", "numeroFactura") if not row.value.get(name)]:
        raise Unbookable(Reason.MISSING_FIELD, "the invoice lacks {fields}", fields=", ".join(lacking))
    refuse_unfit(row)
    base, total = _money(row, "base", currency), _money(row, "total", currency)

    def document(parts: _Vat) -> Document:
        # Without a rate the word stands for it, so that tables of accounts can say what to do with its VAT.
        first, *others = [_plain(rate) for rate in parts.rates] or [parts.word]
        amounts = {"net": abs(base), "vat": parts.vat, "gross": abs(base) + parts.vat}
        amounts |= {
            name: amount for name, amount in (("vat_second", parts.second), ("withheld", parts.withheld)) if amount
        }
        attributes = {"project": row.project, "year": row.year, "vat_rate": first}
        attributes |= {"vat_word": parts.word} if parts.word else {}
        attributes |= {"second_rate": others[0]} if others else {}
        return Document(
            source="sge",
            kind=kind_of(base),
            source_id=row.key,
            business_date=day,
            currency=currency,
            form="",
            amounts=amounts,
            attributes=attributes,
            place=row.place,
            reference=row.number,
        )

    cents = quantum(currency)
    sign = -1 if base < ZERO else 1
    base_, total_ = base * sign, total * sign  # of a credit note as of the invoice that it takes back
    said = "0" if row.cell("vat_rate") in (None, "") else row.cell("vat_rate")
    if not is_text_or_number(said):
        raise Unbookable(
            Reason.BAD_RATE,
            "invoice {number}: the VAT rate is {said}, which is neither a text nor a number",
            number=row.number,
            said=quoted(said),
        )
    text = unicodedata.normalize("NFC", text_of(said)).strip()
    rates, word = _rates(text, rules)
    if rates is None:
        raise Unbookable(
            Reason.BAD_RATE,
            "invoice {number}: the VAT rate is {said}, which is no percentage. Say in {file} under vat_words what it"
            " means, or let a person release the invoice (unusual_vat under approvals in the box's file)",
            release=document(_as_told((), base_, total_, ZERO, text[:40])) if total_ >= ZERO else None,
            number=row.number,
            said=repr(text) if _WORDS.fullmatch(text) else quoted(said),
            file=REVIEW.file,
        )
    told = _told(rates, base_, total_, cents, rules)
    if told is not None:
        return document(_Vat(rates, told.vat, told.second, told.withheld, word))
    if total_ < ZERO:
        raise Unbookable(
            Reason.TOTALS_DISAGREE,
            "invoice {number}: base {base} and total {total} are on different sides of zero",
            number=row.number,
            base=base,
            total=total,
        )
    expected = base_ * rates[0] / HUNDRED
    raise Unbookable(
        Reason.BAD_RATE if word else Reason.TOTALS_DISAGREE,
        "invoice {number}: base {base} and VAT ({rate} %) do not come to the total {total}: {difference} {side}. If"
        " that is a withholding, list its percentage in {file} under withholdings; else let a person release the"
        " invoice (unusual_vat under approvals in the box's file)",
        release=document(_as_told(rates, base_, total_, expected.quantize(cents, ROUND_HALF_UP), word)),
        number=row.number,
        base=base,
        rate="/".join(map(_plain, rates)),
        total=total,
        difference=abs(base_ + expected - total_).quantize(cents, ROUND_HALF_UP),
        side=Sentence("less") if total_ < base_ + expected else Sentence("more"),
        file=REVIEW.file,
    )


def _told(rates: tuple[Decimal, ...], base: Decimal, total: Decimal, cents: Decimal, rules: VatRules) -> _Vat | None:
    """How base and rates come to the total; None where they do not, as far as the rules know."""
    if len(rates) == 2:
        return _two_rates(rates, base, total - base, cents) if rules.two_rates else None
    expected = base * rates[0] / HUNDRED
    if total >= base and abs(expected - (total - base)) <= ROUNDING:
        return _Vat(rates, total - base)
    if total == base == ZERO:
        return _Vat(rates, ZERO)
    vat = expected.quantize(cents, ROUND_HALF_UP)
    for percent in rules.withholdings:
        kept = base + vat - total
        if total >= ZERO and kept > ZERO and abs(base * percent / HUNDRED - kept) <= ROUNDING:
            return _Vat(rates, vat, withheld=kept)
    return None


def _two_rates(rates: tuple[Decimal, ...], base: Decimal, vat: Decimal, cents: Decimal) -> _Vat | None:
    """The one way in which a base is parted between two rates so that its VAT comes to what it is."""
    high, low = sorted(rates, reverse=True)
    if high == low or not base * low / HUNDRED - ROUNDING <= vat <= base * high / HUNDRED + ROUNDING:
        return None
    share = (vat - base * low / HUNDRED) / ((high - low) / HUNDRED)
    of_first = (min(max(share, ZERO), base) * high / HUNDRED).quantize(cents, ROUND_HALF_UP)
    of_first = min(of_first, vat)
    first, second = (of_first, vat - of_first) if rates[0] == high else (vat - of_first, of_first)
    return _Vat(rates, first, second)


def _as_told(rates: tuple[Decimal, ...], base: Decimal, total: Decimal, expected: Decimal, word: str) -> _Vat:
    """What a released invoice is booked with: the total as it is told.

    Where it is below base and VAT the rest is kept back by the customer; where it is above, it is VAT.
    """
    vat = max(expected, total - base, ZERO)
    return _Vat(rates[:1], vat, withheld=base + vat - total, word=word)


def _plain(rate: Decimal) -> str:
    return f"{rate.normalize():f}"


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
            said=quoted(row.cell(meaning)),
        )
    return value


def _rates(text: str, rules: VatRules) -> tuple[tuple[Decimal, ...] | None, str]:
    """The rates of VAT that a cell names, in per cent (``21``, ``10,5``, ``21 %``, ``21/10``), and the word for it.

    None where it names none that is known.
    """
    for pattern in (ONE_RATE, TWO_RATES):
        if found := pattern.fullmatch(text):
            return tuple(Decimal(number.replace(",", ".")) for number in found.groups()), ""
    known = rules.rate_of(text)
    return (None if known is None else (known,)), text[:40]


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
        release=why.release,
    )

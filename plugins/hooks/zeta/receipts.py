"""Receipts (Recibos de Cobranza): what customers paid of what they owed, into which box (field-notes.md).

They are not among the sales, so a box's cash is not whole without them; a connection must be told to read them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, Total
from cierre.bookkeeping.money import ZERO, AmountError, amount
from cierre.bookkeeping.rates import objection
from cierre.bookkeeping.sentence import Sentence
from hooks.zeta.checks import Unbookable, check_currency, check_rate, check_texts, flag
from hooks.zeta.lines import number
from hooks.zeta.rows import HIGHEST_RATE, own_currency, rates_of_day
from hooks.zeta.snapshot import Landing, Receipts
from hooks.zeta.wire import Row, day_of
from hooks.zeta.words import HOME_CURRENCY, Reason, box_key, code, invoice_id, shown

NOT_READ = "Receipts (recibos de cobro) are not among this box's money: the connection does not read them"


def documents(landed: Landing, *, day: date, currency: str, key: str) -> Reading:
    """The collections of a box, and its receipts that cannot be booked; none where the connection reads none.

    A receipt that names no box is quarantined in all of them. ``net`` is below zero where money was given back.
    """
    reading = Reading()
    ids = Counter(invoice_id(row) for _, row in _rows(landed))
    rates = rates_of_day(landed)
    for place, row in _rows(landed):
        if box_key(row) not in ("", key):
            continue
        try:
            document = _Receipt(row, place, landed, ids).document(day, currency, rates)
        except Unbookable as why:
            reading.quarantined.append(_quarantined(row, place, why, landed))
            continue
        if doubt := objection(document, currency, "Cotizacion"):
            held = _quarantined(row, place, Unbookable(Reason.RATE_OF_ONE, "{why}", why=doubt), landed)
            reading.quarantined.append(replace(held, message=doubt, at_par=document))
        else:
            reading.documents.append(document)
    return reading


def control_totals(landed: Landing, *, key: str) -> list[Total]:
    """Receipts and their money by currency, from the raw rows, booked or not."""
    counts: Counter[str] = Counter()
    sums: dict[str, Decimal] = defaultdict(Decimal)
    currencies: dict[str, str] = {}
    for _, row in _rows(landed):
        if box_key(row) in ("", key):
            form = form_of(row, landed)
            counts[form] += 1
            sums[form] += _net(row, landed) or ZERO
            currencies[form] = own_currency(row, landed)
    return [Total(Kind.COLLECTION, form, count, sums[form], currencies[form]) for form, count in sorted(counts.items())]


def claims(landed: Landing, *, key: str) -> list[Claim]:
    """That nothing attests the box's receipts, and what they come to; none where the connection does not read them."""
    if landed.receipts is None or not landed.receipts.are_read:
        return []
    counted = control_totals(landed, key=key)
    made = []
    for total in counted:
        what = Sentence("unattested: receipts of box {key}, form {form}", key=key, form=total.form)
        made.append(Claim(what, None, total.count, None, total.net))
    return made or [Claim(Sentence("unattested: receipts of box {key}", key=key), None, 0, None, None)]


def notices(landed: Landing) -> list[Sentence]:
    """That the connection reads no receipts; none where it does, or was not asked whether it does."""
    return [] if landed.receipts is None or landed.receipts.are_read else [Sentence(NOT_READ)]


def rows(landed: Landing) -> Iterator[Row]:
    """Every receipt of the company's day."""
    return (row for _, row in _rows(landed))


def form_of(row: Row, landed: Landing) -> str:
    """How a receipt is counted: apart for each currency that is not the home one."""
    own = own_currency(row, landed) or code(row.get("MonedaCodigo"))
    return "receipt" if own == HOME_CURRENCY else f"receipt {own}".strip()


class _Receipt:
    """A row of Recibos de Cobranza."""

    def __init__(self, row: Row, place: str, landed: Landing, ids: Counter[str]) -> None:
        self.row, self.place, self.landed = row, place, landed
        self.id = invoice_id(row)
        if not self.id:
            raise Unbookable(Reason.MISSING_FIELD, "the receipt has no RegistroId")
        self.name = Sentence("receipt {id}", id=self.id)
        if ids[self.id] > 1:
            raise Unbookable(Reason.REPEATED_ID, "receipt {id} stands in {n} rows", id=self.id, n=ids[self.id])
        if not box_key(row):
            raise Unbookable(
                Reason.NO_BOX,
                "receipt {id} names no LocalCodigo and CajaCodigo by number: it may be of any box",
                id=self.id,
            )
        self.currency = own_currency(row, landed)
        if not self.currency:
            raise Unbookable(
                Reason.UNKNOWN_CURRENCY,
                "MonedaCodigo {code} of receipt {id} is no currency that the connection names",
                code=shown(row.get("MonedaCodigo")),
                id=self.id,
            )

    def document(self, day: date, currency: str, rates: Mapping[str, list[Decimal]]) -> Document:
        """The row as a collection of a box that keeps ``currency``; ``rates`` are the day's."""
        self._check(day)
        check_texts(self.row, ("Serie", "Numero", "ComprobanteCodigo"), self.name)
        check_currency(self.currency, self.name, self.row)
        reference = "-".join(filter(None, (code(self.row.get("Serie")), code(self.row.get("Numero")))))
        return Document(
            source="zeta",
            kind=Kind.COLLECTION,
            source_id=self.id,
            business_date=day,
            currency=self.currency,
            form=form_of(self.row, self.landed),
            amounts={"net": self._money()},
            attributes={
                "voucher": code(self.row.get("ComprobanteCodigo")),
                "currency": self.currency,
                "rate": self._rate(currency, rates),
            },
            place=self.place,
            reference=reference or self.id,
        )

    def _check(self, day: date) -> None:
        dated = day_of(self.row.get("Fecha"))
        if dated != day:
            raise Unbookable(
                Reason.WRONG_DAY, "receipt {id} is of {day}, not of this day", id=self.id, day=dated or shown(None)
            )
        if not _settings(self.landed).unissued_too and not flag(self.row, "Emitido", self.name):
            raise Unbookable(
                Reason.NOT_ISSUED,
                "receipt {id} is not issued (Emitido): issue it or take it away in Zeta and clear the task land; where"
                " receipts are never issued, set receipts of the connection to all",
                id=self.id,
            )

    def _money(self) -> Decimal:
        """What came in; below zero what was given back."""
        net = _net(self.row, self.landed)
        if net is None:
            raise Unbookable(
                Reason.BAD_AMOUNT, "Total and TotalSigno of receipt {id} are no one amount of money", id=self.id
            )
        if net < ZERO and not _settings(self.landed).sign:
            raise Unbookable(
                Reason.NEGATIVE_AMOUNT,
                "TotalSigno of receipt {id} is negative ({value}): say in receipt_sign of the connection which sign"
                " money that came in has (1 or -1), then clear the task land",
                id=self.id,
                value=net,
            )
        return net

    def _rate(self, currency: str, of_day: Mapping[str, list[Decimal]]) -> str:
        """Units of the box's currency for one of the receipt's. Receipts name none: it is that of the day's sales, if
        they all have one and the same, or the one that the connection says."""
        if self.currency == currency:
            return "1"
        rates = {number(self.row.get("Cotizacion"))} - {None}
        if not rates and (said := _settings(self.landed).rates.get(self.currency)):
            rates = {said}
        if not rates:
            own = (row for row in self.landed.sales if own_currency(row, self.landed) == self.currency)
            rates = {number(row.get("Cotizacion")) for row in own}
        rate = rates.pop() if len(rates) == 1 else None
        if currency != HOME_CURRENCY or rate is None or not ZERO < rate < HIGHEST_RATE:
            raise Unbookable(
                Reason.NO_RATE,
                "receipt {id} in {own} has no rate, and the day's sales in {own} name no one rate; write the day's"
                " under receipt_rates of the connection, then clear the task land",
                id=self.id,
                own=self.currency,
            )
        check_rate(rate, of_day.get(self.currency, ()), self.currency, self.name)
        return f"{rate.normalize():f}"


def _rows(landed: Landing) -> Iterator[tuple[str, Row]]:
    """Each receipt, with its place in the landed text."""
    for number_of_page, page in enumerate(_settings(landed).pages):
        for ordinal, row in enumerate(page):
            yield f"receipts/pages/{number_of_page}/{ordinal}", row


def _settings(landed: Landing) -> Receipts:
    return landed.receipts or Receipts(are_read=False)


def _net(row: Row, landed: Landing) -> Decimal | None:
    """TotalSigno, or Total, as money that came in; None where they are no amount, or not the same one."""
    own = own_currency(row, landed) or HOME_CURRENCY
    try:
        said = [amount(row[name], own) for name in ("TotalSigno", "Total") if row.get(name) not in (None, "")]
    except AmountError:
        return None
    if not said or abs(said[0]) != abs(said[-1]):
        return None
    return said[0] * (_settings(landed).sign or 1)


def _quarantined(row: Row, place: str, why: Unbookable, landed: Landing) -> QuarantinedRow:
    return QuarantinedRow(
        place=place,
        kind=Kind.COLLECTION,
        form=form_of(row, landed),
        reason=why.reason,
        message=str(why),
        net=_net(row, landed),
        currency=own_currency(row, landed),
        row=row,
        blocking=True,
    )

"""What a row of Zeta means to the books: documents out of sales and credit notes (zeta.seed.txt, Ventas)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain

from cierre.bookkeeping.conversion import ROUNDING
from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading
from cierre.bookkeeping.money import DECIMALS, ZERO, AmountError, amount
from cierre.bookkeeping.rates import is_near_one, objection
from cierre.bookkeeping.sentence import Sentence, together
from cierre.bookkeeping.text import label, quoted
from hooks.zeta.checks import Unbookable, check_currency, check_once, check_rate, check_texts, flag
from hooks.zeta.lines import lines_within, number
from hooks.zeta.on_behalf import is_on_behalf
from hooks.zeta.snapshot import Landing
from hooks.zeta.vat import SaleLines
from hooks.zeta.voucher_kinds import denying, words_of
from hooks.zeta.wire import Row
from hooks.zeta.words import HOME_CURRENCY, Reason, Voucher, box_key, code, invoice_id, shown

NEEDED = ("MonedaCodigo", "ComprobanteTipo", "FacturaSigno", "FacturaSubtotal", "FacturaIVA", "FacturaTotal")

TEXTS = ("FacturaSerieNumero", "ComprobanteCodigo", "CondicionPagoCodigo", "CentroCostosCodigo")
"""Fields of which a document takes the text."""

ROUNDED_TO = (Decimal(1), Decimal("0.1"))
"""What sites round a total to, in units of its currency: whole pesos, as there are no smaller coins, or tenths."""

NAMES = {
    Voucher.CREDIT_SALE: Sentence("credit sale"),
    Voucher.CREDIT_NOTE: Sentence("note of a credit sale"),
    Voucher.CASH_SALE: Sentence("cash sale"),
    Voucher.CASH_RETURN: Sentence("return of a cash sale"),
}
"""What people call a voucher."""

HIGHEST_RATE = Decimal(10) ** 7
"""Cotizacion is N(7.7)."""


def documents(landed: Landing, *, day: date, currency: str, key: str) -> Reading:
    """The documents of a box, and its rows that are none, each with its reason.

    A row that does not say its box is quarantined in all boxes: it could be of any. A document's net is above zero, in
    the sale's own currency and rounded to its smallest unit; its parts are below zero where discounts are more than
    what they discount. ``rate`` says what one of it is in ``currency``.
    """
    reading = Reading()
    ids = Counter(invoice_id(row) for row in landed.sales)
    queried = {invoice_id(row): row for row in landed.query}
    rates = rates_of_day(landed)
    for ordinal, row in enumerate(landed.sales):
        if box_key(row) not in ("", key):
            continue
        place = f"sales/{ordinal}"
        try:
            sale = _Sale(row, place, landed, ids, queried.get(invoice_id(row), {}))
            document = sale.document(day, currency, rates)
        except Unbookable as why:
            reading.quarantined.append(_quarantined(row, place, why, landed))
            continue
        of_vat, of_rate = sale.lines.doubt(document.amounts), objection(document, currency, "Cotizacion")
        if of_vat:
            held = _quarantined(row, place, Unbookable(Reason.BAD_RATE, "{why}", why=of_vat), landed)
            reading.quarantined.append(replace(held, message=of_vat, release=None if of_rate else document))
        elif of_rate:
            held = _quarantined(row, place, Unbookable(Reason.RATE_OF_ONE, "{why}", why=of_rate), landed)
            reading.quarantined.append(replace(held, message=of_rate, at_par=document))
        else:
            reading.documents.append(document)
    return reading


def own_currency(row: Row, landed: Landing) -> str:
    """The ISO code of a row's currency; empty where it is none that the books know."""
    found = landed.currencies.get(code(row.get("MonedaCodigo")), "")
    return found if found in DECIMALS else ""


def rates_of_day(landed: Landing) -> dict[str, list[Decimal]]:
    """The rates that a company's sales and receipts of the day name, by currency; without those that stand for none."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    receipts = (row for page in (landed.receipts.pages if landed.receipts else ()) for row in page)
    for row in chain(landed.sales, receipts):
        rate = number(row.get("Cotizacion"))
        if rate is not None and ZERO < rate < HIGHEST_RATE and not is_near_one(rate):
            found[own_currency(row, landed)].append(rate)
    return found


def kind_of(row: Row) -> Kind:
    """A sale or a credit note, by the sign."""
    return Kind.CREDIT_NOTE if code(row.get("FacturaSigno")).startswith("-") else Kind.SALE


def voucher_of(row: Row, landed: Landing) -> Voucher | None:
    """What a row is by the connection's tables: its voucher's own code before its type's number; None by neither."""
    by_code = landed.vouchers.get(code(row.get("ComprobanteCodigo")))
    return by_code or landed.voucher_types.get(code(row.get("ComprobanteTipo")))


def form_of(row: Row, landed: Landing) -> str:
    """How a row is counted: cash or credit, apart for each currency that is not the home one."""
    voucher, own = voucher_of(row, landed), own_currency(row, landed) or code(row.get("MonedaCodigo"))
    return f"{voucher.payment if voucher else ''}{'' if own == HOME_CURRENCY else f' {own}'}".strip()


LONGEST_CODE = 10
"""Characters of a code (contract, CodigoCentroCosto: T(10))."""


def _code_of(value: object) -> str:
    """A code of a table of Zeta's, blanks and accents included. A longer text, in which a person may stand, is only
    described."""
    text = code(value)
    return text if len(text) <= LONGEST_CODE else label(text)


def _cost_centre_of(value: object) -> str:
    """The same of a code that is a text, of which "1.0" may be another than "1"."""
    text = value.strip() if isinstance(value, str) else ""
    return text if "." in text and len(text) <= LONGEST_CODE else _code_of(value)


class _Sale:
    """A row of Ventas with its lines."""

    def __init__(self, row: Row, place: str, landed: Landing, ids: Counter[str], queried: Row) -> None:
        self.row, self.place, self.landed, self.queried = row, place, landed, queried
        self.id = invoice_id(row)
        if not self.id:
            raise Unbookable(Reason.MISSING_FIELD, "the row has no FacturaId")
        self.name = Sentence("sale {id}", id=self.id)
        if ids[self.id] > 1:
            raise Unbookable(Reason.REPEATED_ID, "FacturaId {id} stands in {n} rows", id=self.id, n=ids[self.id])
        if not box_key(row):
            raise Unbookable(
                Reason.NO_BOX,
                "sale {id} names no local and caja by number: it may be of any box; give it both in Zeta, then clear"
                " the task land",
                id=self.id,
            )
        if missing := [name for name in NEEDED if row.get(name) in (None, "")]:
            raise Unbookable(Reason.MISSING_FIELD, "sale {id} lacks {fields}", id=self.id, fields=", ".join(missing))
        lines = landed.lines.get(self.id) or lines_within(row)
        check_once((queried, *lines), self.name)
        self.currency = own_currency(row, landed)
        if not self.currency:
            said = Sentence("MonedaCodigo {code} of sale {id}", code=shown(row.get("MonedaCodigo")), id=self.id)
            raise Unbookable(
                Reason.UNKNOWN_CURRENCY,
                "{said} is no currency that the connection names; name it there under currencies, then clear the task"
                " land",
                said=said,
            )
        is_note = kind_of(row) is Kind.CREDIT_NOTE
        self.lines = SaleLines(self.id, lines, self.currency, row.get("FacturaDescuentos"), is_note=is_note)

    def document(self, day: date, currency: str, rates: Mapping[str, list[Decimal]]) -> Document:
        """The row as a document of a box that keeps ``currency``; ``rates`` are the day's."""
        voucher = self._voucher()
        self._check_issued()
        check_texts(self.row, TEXTS, self.name)
        check_currency(self.currency, self.name, self.row, self.queried)
        attributes = {
            "sale_type": voucher.payment,
            "voucher": _code_of(self.row.get("ComprobanteCodigo")),
            "payment_terms": _code_of(self.row.get("CondicionPagoCodigo")),
            "cost_centre": _cost_centre_of(self.row.get("CentroCostosCodigo")),
            "on_behalf": "true" if self._is_on_behalf() else "false",
            "currency": self.currency,
            "rate": self._rate(currency, rates),
        }
        return Document(
            source="zeta",
            kind=kind_of(self.row),
            source_id=self.id,
            business_date=day,
            currency=self.currency,
            form=form_of(self.row, self.landed),
            amounts=self._amounts(),
            attributes=attributes,
            place=self.place,
            reference=str(self.row.get("FacturaSerieNumero") or "").strip() or self.id,
        )

    def _is_on_behalf(self) -> bool:
        answer = is_on_behalf(self.row, self.queried)
        if answer is None:
            raise Unbookable(
                Reason.UNKNOWN_OWNER,
                "sale {id}: QueryVentas has no Notas that is a text, so it is not known whether this is a sale on"
                " somebody else's behalf (cuenta ajena); look it up in Zeta, then clear the task land to ask again",
                id=self.id,
            )
        return answer

    def _check_issued(self) -> None:
        electronic = flag(self.row, "ComprobanteCFE", self.name)
        issued = flag(self.row, "FacturaEmitida", self.name)
        if issued or electronic is False:
            return
        if electronic and issued is False:
            raise Unbookable(
                Reason.NOT_ISSUED, "electronic voucher {id} is not issued: issue it or take it away", id=self.id
            )
        missing = "FacturaEmitida" if electronic else "ComprobanteCFE"
        raise Unbookable(Reason.MISSING_FIELD, "sale {id} lacks {fields}", id=self.id, fields=missing)

    def _voucher(self) -> Voucher:
        """What the row is by the connection's tables, if its sign and its words say the same."""
        voucher, number_of_type = voucher_of(self.row, self.landed), self.row.get("ComprobanteTipo")
        if voucher is None:
            raise Unbookable(
                Reason.UNKNOWN_TYPE,
                "ComprobanteTipo {type} of sale {id} is no sale by voucher_types of the connection; if it is one, say"
                " there which, then clear the task land",
                type=shown(number_of_type),
                id=self.id,
            )
        sign = number(self.row.get("FacturaSigno"))
        if sign != voucher.sign:
            raise Unbookable(
                Reason.WRONG_SIGN,
                "FacturaSigno {sign} of sale {id} does not fit its type {type}",
                sign=shown(sign),
                id=self.id,
                type=shown(number_of_type),
            )
        if code(self.row.get("ComprobanteCodigo")) not in self.landed.vouchers:
            self._heed_words(voucher)
        return voucher

    def _heed_words(self, voucher: Voucher) -> None:
        if words := denying(voucher, words_of(self.row, self.queried)):
            raise Unbookable(
                Reason.NUMBER_AGAINST_WORDS,
                "sale {id}: ComprobanteTipo {type} stands for a {voucher} at this connection, but the voucher says"
                " {words}; if the company numbers its types otherwise, mend voucher_types of the connection; if names"
                " mislead, write under vouchers what ComprobanteCodigo {code} is; then clear the task land",
                id=self.id,
                type=shown(self.row.get("ComprobanteTipo")),
                voucher=NAMES[voucher],
                words=together(words),
                code=shown(self.row.get("ComprobanteCodigo")),
            )

    def _rate(self, currency: str, rates: Mapping[str, list[Decimal]]) -> str:
        """Units of the box's currency for one of the sale's."""
        if self.currency == currency:
            return "1"
        rate = number(self.row.get("Cotizacion"))
        if currency != HOME_CURRENCY or not rate or not ZERO < rate < HIGHEST_RATE:
            said = Sentence("sale {id} in {own}", id=self.id, own=self.currency)
            raise Unbookable(
                Reason.NO_RATE,
                "{said} has no Cotizacion that makes {currency} of it; enter it in Zeta, then clear the task land",
                said=said,
                currency=currency,
            )
        check_rate(rate, rates.get(self.currency, ()), self.currency, self.name)
        return f"{rate.normalize():f}"

    def _money(self, field: str) -> Decimal:
        try:
            return amount(self.row.get(field), self.currency)
        except AmountError as wrong:
            raise Unbookable(
                Reason.BAD_AMOUNT,
                "{field} of sale {id} is {said}, {why}",
                field=field,
                id=self.id,
                said=quoted(self.row.get(field)),
                why=wrong.why,
            ) from None

    def _amounts(self) -> dict[str, Decimal]:
        """net is what the customer owes or gets back: base and vat, which are split by rate as the lines say.

        A part can be below zero, net cannot. Where a total is rounded, what that adds or takes is ``rounding``.
        """
        base, vat, net = (self._money(f"Factura{part}") for part in ("Subtotal", "IVA", "Total"))
        if net < ZERO:
            # Documented without a sign; a credit note that has one anyway is the same credit note.
            if kind_of(self.row) is not Kind.CREDIT_NOTE:
                raise Unbookable(
                    Reason.NEGATIVE_AMOUNT,
                    "{field} of sale {id} is negative ({value})",
                    field="FacturaTotal",
                    id=self.id,
                    value=net,
                )
            base, vat, net = -base, -vat, -net
        rounding = net - base - vat
        if rounding and not any(net % unit == ZERO and abs(rounding) < unit for unit in ROUNDED_TO):
            raise Unbookable(
                Reason.DOES_NOT_ADD_UP,
                "sale {id}: {base} and VAT of {vat} are not {net} (FacturaTotal), and it is no total rounded to whole"
                " units; look the voucher up in Zeta, and clear the task land when it is right there",
                id=self.id,
                base=base,
                vat=vat,
                net=net,
            )
        found = {"net": net, "base": base, "vat": vat, **self.lines.by_rate(base, vat)}
        return {**found, ROUNDING: rounding} if rounding else found


def _quarantined(row: Row, place: str, why: Unbookable, landed: Landing) -> QuarantinedRow:
    try:
        net = abs(amount(row.get("FacturaTotal"), own_currency(row, landed)))
    except AmountError:
        net = None
    return QuarantinedRow(
        place=place,
        kind=kind_of(row),
        form=form_of(row, landed),
        reason=why.reason,
        message=str(why),
        net=net,
        currency=own_currency(row, landed),
        row=row,
        blocking=True,
    )

"""What a row of Zeta means to the books: documents out of sales and credit notes (zeta.seed.txt, Ventas)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bookkeeping.documents import Document, Kind, QuarantinedRow, Reading
from bookkeeping.money import DECIMALS, ZERO, AmountError, amount, quantum
from bookkeeping.sentence import Sentence
from hooks.zeta_landing import Landing
from hooks.zeta_lines import A_CENT, number
from hooks.zeta_shapes import HOME_CURRENCY, ON_BEHALF, RATES, SALE_TYPES, SIGNS, Reason, box_key, code, invoice_id
from hooks.zeta_wire import Row

NEEDED = ("MonedaCodigo", "ComprobanteTipo", "FacturaSigno", "FacturaSubtotal", "FacturaIVA", "FacturaTotal")

PARTS = {"base": "LineaSubtotal", "vat": "LineaIVA"}
"""What a document's amounts by rate of VAT begin with -> the lines' field that they sum."""


def documents(landed: Landing, *, day: date, currency: str, key: str) -> Reading:
    """The documents of a box, and its rows that are none, each with its reason.

    A row that does not say its box is quarantined in all boxes: it could be of any. Amounts are above zero, in the
    sale's own currency and rounded to its smallest unit; ``rate`` says what one of it is in ``currency``.
    """
    reading = Reading()
    ids = Counter(invoice_id(row) for row in landed.sales)
    on_behalf = {invoice_id(row) for row in landed.query if str(row.get("Notas") or "").strip() == ON_BEHALF}
    for ordinal, row in enumerate(landed.sales):
        if box_key(row) not in ("", key):
            continue
        try:
            sale = _Sale(row, f"sales/{ordinal}", landed, ids, on_behalf)
            reading.documents.append(sale.document(day, currency))
        except _Unbookable as why:
            reading.quarantined.append(_quarantined(row, f"sales/{ordinal}", why, landed))
    return reading


def own_currency(row: Row, landed: Landing) -> str:
    """The ISO code of a row's currency; empty where it is none that the books know."""
    found = landed.currencies.get(code(row.get("MonedaCodigo")), "")
    return found if found in DECIMALS else ""


def kind_of(row: Row) -> Kind:
    """A sale or a credit note, by the sign."""
    return Kind.CREDIT_NOTE if code(row.get("FacturaSigno")).startswith("-") else Kind.SALE


def form_of(row: Row, landed: Landing) -> str:
    """How a row is counted: cash or credit, apart for each currency that is not the home one."""
    own = own_currency(row, landed) or code(row.get("MonedaCodigo"))
    return f"{SALE_TYPES.get(code(row.get('ComprobanteTipo')), '')}{'' if own == HOME_CURRENCY else f' {own}'}".strip()


class _Unbookable(Exception):
    """Why a row does not become a document."""

    def __init__(self, reason: Reason, text: str, **values: object) -> None:
        super().__init__(Sentence(text, **values))
        self.reason = reason


class _Sale:
    """A row of Ventas with its lines."""

    def __init__(self, row: Row, place: str, landed: Landing, ids: Counter[str], on_behalf: set[str]) -> None:
        self.row, self.place, self.landed = row, place, landed
        self.id = invoice_id(row)
        if not self.id:
            raise _Unbookable(Reason.MISSING_FIELD, "the row has no FacturaId")
        if ids[self.id] > 1:
            raise _Unbookable(Reason.REPEATED_ID, "FacturaId {id} stands in {n} rows", id=self.id, n=ids[self.id])
        if not box_key(row):
            raise _Unbookable(Reason.NO_BOX, "sale {id} names no local and caja: it may be of any box", id=self.id)
        if missing := [name for name in NEEDED if row.get(name) in (None, "")]:
            raise _Unbookable(Reason.MISSING_FIELD, "sale {id} lacks {fields}", id=self.id, fields=", ".join(missing))
        self.on_behalf = self.id in on_behalf
        self.lines: Sequence[Row] = landed.lines.get(self.id, ())
        self.currency = own_currency(row, landed)
        if not self.currency:
            said = Sentence("MonedaCodigo {code} of sale {id}", code=code(row.get("MonedaCodigo")), id=self.id)
            raise _Unbookable(Reason.UNKNOWN_CURRENCY, "{said} is no currency that the connection names", said=said)

    def document(self, day: date, currency: str) -> Document:
        """The row as a document of a box that keeps ``currency``."""
        kind = self._type()
        if code(self.row.get("ComprobanteCFE")) == "S" and code(self.row.get("FacturaEmitida")) != "S":
            raise _Unbookable(
                Reason.NOT_ISSUED, "electronic voucher {id} is not issued: issue it or take it away", id=self.id
            )
        attributes = {
            "sale_type": SALE_TYPES[kind],
            "voucher": code(self.row.get("ComprobanteCodigo")),
            "payment_terms": code(self.row.get("CondicionPagoCodigo")),
            "cost_centre": code(self.row.get("CentroCostosCodigo")),
            "on_behalf": "true" if self.on_behalf else "false",
            "currency": self.currency,
            "rate": self._rate(currency),
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
            reference=str(self.row.get("FacturaSerieNumero") or self.id),
        )

    def _type(self) -> str:
        kind = code(self.row.get("ComprobanteTipo"))
        if kind not in SALE_TYPES:
            raise _Unbookable(
                Reason.UNKNOWN_TYPE, "ComprobanteTipo {type} of sale {id} is no sale", type=kind, id=self.id
            )
        sign = number(self.row.get("FacturaSigno"))
        if sign != SIGNS[kind]:
            raise _Unbookable(
                Reason.WRONG_SIGN,
                "FacturaSigno {sign} of sale {id} does not fit its type {type}",
                sign=sign,
                id=self.id,
                type=kind,
            )
        return kind

    def _rate(self, currency: str) -> str:
        """Units of the box's currency for one of the sale's."""
        if self.currency == currency:
            return "1"
        rate = number(self.row.get("Cotizacion"))
        if currency != HOME_CURRENCY or not rate or rate < 0:
            said = Sentence("sale {id} in {own}", id=self.id, own=self.currency)
            raise _Unbookable(
                Reason.NO_RATE, "{said} has no Cotizacion that makes {currency} of it", said=said, currency=currency
            )
        return f"{rate.normalize():f}"

    def _money(self, field: str) -> Decimal:
        try:
            found = amount(self.row.get(field), self.currency)
        except AmountError:
            raise _Unbookable(
                Reason.BAD_AMOUNT, "{field} of sale {id} is no amount of money", field=field, id=self.id
            ) from None
        # Documented without a sign; a credit note that has one anyway is the same credit note.
        if kind_of(self.row) is Kind.CREDIT_NOTE:
            return abs(found)
        if found < ZERO:
            raise _Unbookable(
                Reason.NEGATIVE_AMOUNT,
                "{field} of sale {id} is negative ({value})",
                field=field,
                id=self.id,
                value=found,
            )
        return found

    def _amounts(self) -> dict[str, Decimal]:
        """net is what the customer owes or gets back: base and vat, which are split by rate as the lines say."""
        base, vat, net = (self._money(f"Factura{part}") for part in ("Subtotal", "IVA", "Total"))
        if base + vat != net:
            raise _Unbookable(
                Reason.DOES_NOT_ADD_UP,
                "sale {id}: {base} and VAT of {vat} are not {net}",
                id=self.id,
                base=base,
                vat=vat,
                net=net,
            )
        found = {"net": net, "base": base, "vat": vat, **self._by_rate("base", base), **self._by_rate("vat", vat)}
        if found.pop("vat_exempt"):
            raise _Unbookable(Reason.UNKNOWN_VAT, "sale {id} has VAT on lines that are exempt", id=self.id)
        return found

    def _by_rate(self, part: str, whole: Decimal) -> dict[str, Decimal]:
        """A part of the sale by rate of VAT. Cents that rounding leaves go to the largest, so that it is the whole."""
        if not self.lines:
            raise _Unbookable(Reason.NO_LINES, "sale {id} has no lines, so its VAT cannot be told apart", id=self.id)
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            said, rate = number(line.get(PARTS[part])), number(line.get("IVATasa"))
            name = RATES.get("" if rate is None else f"{rate.normalize():f}")
            if name is None:
                raise _Unbookable(
                    Reason.UNKNOWN_VAT, "sale {id} has a line with IVATasa {rate}", id=self.id, rate=line.get("IVATasa")
                )
            if said is None:
                raise _Unbookable(
                    Reason.BAD_AMOUNT, "sale {id} has a line whose {field} is no amount", id=self.id, field=PARTS[part]
                )
            sums[name] += abs(said) if kind_of(self.row) is Kind.CREDIT_NOTE else said
        unit = quantum(self.currency)
        found = {f"{part}_{name}": sums[name].quantize(unit) for name in RATES.values()}
        rest = whole - sum(found.values(), ZERO)
        if abs(rest) > A_CENT * len(self.lines):
            raise _Unbookable(
                Reason.DOES_NOT_ADD_UP,
                "the lines of sale {id} come to a {part} of {sum}, not {whole}",
                id=self.id,
                part=part,
                sum=whole - rest,
                whole=whole,
            )
        found[max(found, key=lambda name: found[name])] += rest
        return found


def _quarantined(row: Row, place: str, why: _Unbookable, landed: Landing) -> QuarantinedRow:
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
        row=row,
        blocking=True,
    )

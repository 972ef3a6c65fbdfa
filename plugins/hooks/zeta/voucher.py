"""What Agregar takes: a voucher with its lines and forms of payment, and every rule about them (zeta.seed.txt).

Rules are on fields, so that one look finds all that is wrong. A rule reads only fields that stand above its own.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from cierre.bookkeeping.money import ZERO, rounded
from hooks.zeta.field_types import N2, N3, N7_7, N10, N10_2, T3, T6, T10, T30, T50, T100, Day, Record
from hooks.zeta.voucher_parts import MovementLine, PaymentForm, needed, totals, unwanted
from hooks.zeta.words import HOME_CURRENCY, ON_BEHALF, VoucherType

SALES = {VoucherType.CREDIT_SALE, VoucherType.CREDIT_NOTE, VoucherType.CASH_SALE, VoucherType.CASH_RETURN}
PAID_AT_ONCE = {VoucherType.CASH_SALE, VoucherType.CASH_RETURN, VoucherType.RECEIPT}


def _on_behalf(value: Any, info: ValidationInfo) -> Any:
    return needed(value, info.data.get("notes") == ON_BEHALF, f"for a sale on somebody's behalf ({ON_BEHALF})")


OnBehalf = AfterValidator(_on_behalf)


class Movement(Record):
    """A voucher of a customer. ``kind`` and ``vat_included`` (in the prices) are how the company set that voucher up:
    they are not sent. ``reference`` is what a lost answer is found again by.
    """

    kind: VoucherType = Field(exclude=True)
    vat_included: bool = Field(True, exclude=True)
    voucher: N3 = Field(alias="CodigoComprobante")
    series: T6 | None = Field(None, alias="Serie")
    number: N10 | None = Field(None, alias="Numero")
    day: Day = Field(alias="Fecha")
    currency: N2 = Field(alias="CodigoMoneda")
    rate: N7_7 | None = Field(None, alias="Cotizacion")
    customer: N10 | T10 | None = Field(None, alias="CodigoCliente")
    seller: T3 | None = Field(None, alias="CodigoVendedor")
    price_list: N3 | None = Field(None, alias="CodigoPrecio")
    payment_terms: N3 | None = Field(None, alias="CodigoCondicionPago")
    from_deposit: N3 | None = Field(None, alias="CodigoDepositoOrigen")
    to_deposit: N3 | None = Field(None, alias="CodigoDepositoDestino")
    delivery_on: Day | None = Field(None, alias="FechaEntrega")
    cost_centre: T10 | None = Field(None, alias="CodigoCentroCosto")
    reference: N10 | None = Field(None, alias="CodigoReferencia")
    notes: T30 | None = Field(None, alias="Notas")
    receipt_total: N10_2 | None = Field(None, alias="TotalRecibo")
    local: N3 | None = Field(None, alias="CodigoLocal")
    user: N3 | None = Field(None, alias="CodigoUsuario")
    box: N3 | None = Field(None, alias="CodigoCaja")

    # The customer of the moment; for a sale on somebody's behalf, that somebody.
    customer_name: Annotated[T100 | None, OnBehalf] = Field(None, alias="ClienteNombre", repr=False)
    document_type: Annotated[Literal["R", "C", "P", "D", "O"] | None, OnBehalf] = Field(
        None, alias="ClienteTipoDocumento"
    )
    country: Annotated[T3 | None, OnBehalf] = Field(None, alias="ClientePais")
    address: Annotated[T100 | None, OnBehalf] = Field(None, alias="ClienteDireccion", repr=False)
    department: Annotated[T50 | None, OnBehalf] = Field(None, alias="ClienteDepartamento")
    city: Annotated[T50 | None, OnBehalf] = Field(None, alias="ClienteCiudad")
    postcode: N10 | None = Field(None, alias="ClienteCP")
    telephone: T30 | None = Field(None, alias="ClienteTelefono", repr=False)
    branch: N3 | None = Field(None, alias="ClienteSucursal")
    email: T50 | None = Field(None, alias="ClienteEmail", repr=False)
    delivery_address: T100 | None = Field(None, alias="ClienteEntrega", repr=False)

    lines: tuple[MovementLine, ...] = Field((), alias="Lineas")
    document: Annotated[T30 | None, OnBehalf] = Field(None, alias="ClienteDocumento", repr=False)
    payments: tuple[PaymentForm, ...] = Field((), alias="FormasPago")

    @field_validator("rate")
    @classmethod
    def _a_rate(cls, rate: Decimal | None) -> Decimal | None:
        return unwanted(rate, rate == 0, "must be above zero")

    @field_validator("payment_terms")
    @classmethod
    def _of_credit(cls, terms: int | None, info: ValidationInfo) -> int | None:
        other = info.data.get("kind", VoucherType.CREDIT_SALE) is not VoucherType.CREDIT_SALE
        return unwanted(terms, other, "applies to credit sales alone")

    @field_validator("receipt_total")
    @classmethod
    def _of_receipts(cls, total: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if "kind" in info.data:
            receipt = info.data["kind"] is VoucherType.RECEIPT
            needed(total, receipt, "for a receipt")
            unwanted(total, not receipt, "applies to receipts alone")
        return total

    @field_validator("country")
    @classmethod
    def _a_country(cls, country: str | None) -> str | None:
        wrong = country is not None and not (len(country) > 1 and country.isascii() and country.isupper())
        return unwanted(country, wrong, "must be a country's code of two or three capitals")

    @field_validator("email")
    @classmethod
    def _an_email(cls, email: str | None) -> str | None:
        return unwanted(email, email is not None and "@" not in email, "must be an e-mail address")

    @field_validator("lines")
    @classmethod
    def _something(cls, lines: tuple[MovementLine, ...], info: ValidationInfo) -> tuple[MovementLine, ...]:
        sells = info.data.get("kind", VoucherType.RECEIPT) is not VoucherType.RECEIPT
        return needed(lines, sells, "(one at least) for all but receipts")

    @field_validator("document")
    @classmethod
    def _identified(cls, document: str | None, info: ValidationInfo) -> str | None:
        bare = document is None or (document.isascii() and document.isalnum())
        unwanted(document, not bare, "must have no points, dashes or blanks")
        above = info.context.identify_above if info.context else None
        if document is None and above is not None and (worth := _worth(info)) is not None:
            needed(document, worth > above, f"for a voucher of {worth} pesos without VAT: above {above}")
        return document

    @field_validator("payments")
    @classmethod
    def _adds_up(cls, payments: tuple[PaymentForm, ...], info: ValidationInfo) -> tuple[PaymentForm, ...]:
        needed(payments, info.data.get("kind") in PAID_AT_ONCE, "(one at least) where the voucher is paid at once")
        total, paid = _total(info), sum((payment.amount for payment in payments), ZERO)
        if payments and total is not None and paid != total:
            raise ValueError(f"MontoMonedaMovimiento must come to {total}, the voucher's total, and comes to {paid}")
        for payment in payments:
            if payment.currency == info.data.get("currency") and payment.paid != payment.amount:
                raise ValueError(
                    f"{payment.paid} is paid in the voucher's own currency, but counts as {payment.amount}"
                )
        return payments

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"voucher {self.voucher} of {self.day}, reference {self.reference}"

    def payload(self) -> dict[str, Any]:
        """The Movimiento as it goes to Zeta: by its names, without what has no value."""
        sent = self.model_dump(by_alias=True, exclude_none=True)
        return {name: value for name, value in sent.items() if value != ()}


def _total(info: ValidationInfo) -> Decimal | None:
    """The voucher's total; None where one of the fields that it comes from is wrong itself."""
    if info.data.get("kind") is VoucherType.RECEIPT:
        return info.data.get("receipt_total")
    found = _totals(info)
    return found[1] if found else None


def _totals(info: ValidationInfo) -> tuple[Decimal, Decimal] | None:
    known = info.data
    if not info.context or not {"lines", "currency", "vat_included"} <= known.keys():
        return None
    return totals(known["lines"], known["currency"], info.context, vat_included=known["vat_included"])


def _worth(info: ValidationInfo) -> Decimal | None:
    """A sale's amount without VAT in pesos; None where it is no sale, or the rate is not known."""
    found, rate = _totals(info), info.data.get("rate") or (1 if info.data.get("currency") == 1 else None)
    return rounded(found[0] * rate, HOME_CURRENCY) if found and rate and info.data.get("kind") in SALES else None

"""What a voucher for Zeta is made of: its lines and forms of payment, with their rules (zeta.seed.txt, Agregar)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationInfo, field_validator

from cierre.bookkeeping.money import ZERO
from hooks.zeta.field_types import N2, N3, N5_2, N10, N17_2, N17_5, T6, T20, T50, T1000, Day, Record, T

V = TypeVar("V")


def needed(value: V, condition: bool, why: str) -> V:
    """The value; raises ValueError where the condition holds and it is missing."""
    if condition and value in (None, ()):
        raise ValueError(f"is obligatory {why}")
    return value


def unwanted(value: V, condition: bool, why: str) -> V:
    """The value; raises ValueError with the reason where the condition holds and it is there."""
    if condition and value is not None:
        raise ValueError(why)
    return value


@dataclass(frozen=True, slots=True)
class Terms:
    """What a company has set up, as its connection says.

    ``vat_rates``: percent by CodigoIVA. ``decimals``: to how many each currency (CodigoMoneda) is rounded.
    ``identify_above``: the amount without VAT, in pesos, above which the customer's document is needed; None: unknown.
    """

    vat_rates: Mapping[str, Decimal]
    decimals: Mapping[str, int]
    identify_above: Decimal | None = None

    def unit(self, currency: int) -> Decimal:
        """The smallest amount of a currency (CodigoMoneda)."""
        return Decimal(1).scaleb(-self.decimals.get(str(currency), 2))


class MovementLine(Record):
    """An article of a voucher. Discounts are percentages, one after the other."""

    article: T20 | None = Field(None, alias="CodigoArticulo")
    concept: T50 | None = Field(None, alias="Concepto")
    lot: T20 | None = Field(None, alias="CodigoLote")
    expiry: Day | None = Field(None, alias="Vencimiento")
    quantity: N17_5 = Field(alias="Cantidad")
    unit_price: N17_5 = Field(alias="PrecioUnitario")
    discount_1: N5_2 = Field(Decimal(0), alias="Descuento1")
    discount_2: N5_2 = Field(Decimal(0), alias="Descuento2")
    discount_3: N5_2 = Field(Decimal(0), alias="Descuento3")
    vat: N2 = Field(alias="CodigoIVA")
    notes: T1000 | None = Field(None, alias="Notas")

    @field_validator("concept")
    @classmethod
    def _says_what(cls, concept: str | None, info: ValidationInfo) -> str | None:
        return needed(concept, "article" in info.data and not info.data["article"], "for a line without an article")

    @field_validator("quantity")
    @classmethod
    def _above_zero(cls, quantity: Decimal) -> Decimal:
        if not quantity:
            raise ValueError("must be above zero")
        return quantity

    @field_validator("discount_1", "discount_2", "discount_3")
    @classmethod
    def _a_percentage(cls, discount: Decimal) -> Decimal:
        if discount > 100:
            raise ValueError("must be a percentage, 100 at most")
        return discount

    @field_validator("vat")
    @classmethod
    def _has_a_rate(cls, vat: int, info: ValidationInfo) -> int:
        if info.context and str(vat) not in info.context.vat_rates:
            raise ValueError(f"code {vat} has no rate among the connection's vat_rates")
        return vat

    def money(self, terms: Terms, unit: Decimal, *, vat_included: bool) -> tuple[Decimal, Decimal]:
        """The line's amount without VAT and with it, rounded to ``unit``."""
        amount, rate = self.quantity * self.unit_price, terms.vat_rates[str(self.vat)] / 100
        for discount in (self.discount_1, self.discount_2, self.discount_3):
            amount *= 1 - discount / 100
        gross = amount if vat_included else amount * (1 + rate)
        net = amount / (1 + rate) if vat_included else amount
        return net.quantize(unit, ROUND_HALF_UP), gross.quantize(unit, ROUND_HALF_UP)


class PaymentForm(Record):
    """How a voucher, or a part of it, is paid. ``means`` is not sent: it says which rules hold."""

    means: Literal["cash", "cheque", "card", "bank", "document"] | None = Field(None, exclude=True)
    form: N3 = Field(alias="CodigoFormaPago")
    currency: N2 = Field(alias="CodigoMonedaPago")
    paid: N17_2 = Field(alias="MontoMonedaPago")
    amount: N17_2 = Field(alias="MontoMonedaMovimiento")
    voucher: N3 | None = Field(None, alias="CodigoComprobante")
    series: T6 | None = Field(None, alias="Serie")
    number: N10 | None = Field(None, alias="Numero")
    issued_on: Day | None = Field(None, alias="FechaEmision")
    due_on: Day | None = Field(None, alias="FechaVencimiento")
    concept: T50 | None = Field(None, alias="Concepto")
    box: N3 | None = Field(None, alias="CodigoCaja")
    bank: N10 | T | None = Field(None, alias="CodigoBancoFinanciera")
    bank_account: N10 | T | None = Field(None, alias="CodigoCtaBancaria")
    holder: T | None = Field(None, alias="Titular", repr=False)
    card_number: T | None = Field(None, alias="NumeroTarjeta", repr=False)
    card_authorization: T | None = Field(None, alias="AutorizacionTarjeta", repr=False)
    card_plan: T | None = Field(None, alias="PlanTarjeta")

    @field_validator("concept", "card_number", "card_authorization", "card_plan")
    @classmethod
    def _of_cards(cls, value: str | None, info: ValidationInfo) -> str | None:
        return unwanted(value, info.data.get("means") not in (None, "card"), "applies to cards alone")

    @field_validator("box", "bank", "bank_account")
    @classmethod
    def _where_the_money_is(cls, value: Any, info: ValidationInfo) -> Any:
        owner = {"box": "cash", "bank": "cheque", "bank_account": "bank"}[str(info.field_name)]
        return needed(value, info.data.get("means") == owner, f"for a payment by {owner}")


def totals(
    lines: tuple[MovementLine, ...], currency: int, terms: Terms, *, vat_included: bool
) -> tuple[Decimal, Decimal]:
    """What lines come to without VAT and with it: each line rounded as the currency says, then added up."""
    unit = terms.unit(currency)
    amounts = [line.money(terms, unit, vat_included=vat_included) for line in lines]
    return sum((net for net, _ in amounts), ZERO), sum((gross for _, gross in amounts), ZERO)

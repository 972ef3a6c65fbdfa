"""What the sandbox's companies in Bsale have from the start: offices, users, forms of payment, kinds of document."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

HOME = ZoneInfo("America/Santiago")

EPOCH = date(2020, 1, 1)
"""The first day on which the companies took money."""

IDS_A_DAY = 5000
"""Each day has its own range of ids, so that they ascend in time whichever day is asked for first."""

WEBPAY = 12

SUNDAY = 6
HOLIDAYS = {(1, 1), (9, 18), (12, 25)}
"""(month, day) on which no office opens."""


@dataclass(frozen=True)
class Office:
    """A sucursal; ``closed_on`` is its weekday of rest (0 = Monday), None for an office that has none.

    ``own_form`` is a form of payment that customers use in this office alone.
    """

    id: int
    name: str
    closed_on: int | None = SUNDAY
    own_form: int | None = None


@dataclass(frozen=True)
class Company:
    """A company: what follows the sandbox's password in its token, its offices, and its RUT."""

    name: str
    token_ends: str
    offices: tuple[Office, ...]
    rut: str


COMPANIES = {
    "austral": Company(
        "Comercial Austral SpA",
        "",
        (Office(1, "Puerto Varas"), Office(2, "Los Angeles"), Office(3, "Temuco", closed_on=None, own_form=WEBPAY)),
        "76.543.210-3",
    ),
    "norte": Company("Distribuidora Norte Ltda.", "-norte", (Office(1, "Antofagasta"),), "77.654.321-7"),
}
"""By the name that the sandbox's controls use."""

USERS = {1: "Administrador", 2: "Caja 1", 7: "Caja 2", 34: "Integración"}
API_USER = 34


@dataclass(frozen=True)
class PaymentType:
    """A form of payment, with Bsale's flags and the attributes that a cashier fills in."""

    id: int
    name: str
    flag: str = ""
    details: tuple[str, ...] = ()


CASH, CREDIT_CARD, CLIENT_CREDIT, CHEQUE, DEBIT_CARD, CREDIT_NOTE, CREDIT_MEMO, TRANSFER = 1, 2, 4, 5, 6, 7, 8, 11

PAYMENT_TYPES = {
    kind.id: kind
    for kind in (
        PaymentType(CASH, "Efectivo", "isCash"),
        PaymentType(CREDIT_CARD, "Tarjeta de Crédito", details=("Nº Comprobante",)),
        PaymentType(CLIENT_CREDIT, "Crédito", "isClientCredit"),
        PaymentType(CHEQUE, "Cheque", "isCheck", details=("Banco", "Número")),
        PaymentType(DEBIT_CARD, "Tarjeta de Débito", details=("N Operacion",)),
        PaymentType(CREDIT_NOTE, "Nota de Crédito", "isCreditNote"),
        PaymentType(CREDIT_MEMO, "Abono de Cliente", "isCreditMemo"),
        PaymentType(TRANSFER, "Transferencia", details=("N Operacion",)),
        PaymentType(WEBPAY, "Webpay"),
    )
}
FLAGS = ("isCheck", "isCreditNote", "isClientCredit", "isCash", "isCreditMemo")

INVOICE, EXEMPT_INVOICE, RECEIPT, EXEMPT_RECEIPT = "33", "34", "39", "41"
DELIVERY, RETURNED, OWN = "52", "61", ""


@dataclass(frozen=True)
class DocumentType:
    """A kind of document: its id, the tax office's code ("" for a kind of the company's own), its name."""

    id: int
    code: str
    name: str
    is_exempt: bool = False
    is_credit_note: bool = False


DOCUMENT_TYPES = {
    kind.code: kind
    for kind in (
        DocumentType(1, RECEIPT, "Boleta Electrónica"),
        DocumentType(2, RETURNED, "Nota de Crédito Electrónica", is_credit_note=True),
        DocumentType(5, INVOICE, "Factura Electrónica"),
        DocumentType(6, EXEMPT_INVOICE, "Factura Exenta Electrónica", is_exempt=True),
        DocumentType(7, OWN, "Nota de venta"),
        DocumentType(8, DELIVERY, "Guía de Despacho Electrónica"),
        DocumentType(9, EXEMPT_RECEIPT, "Boleta Exenta Electrónica", is_exempt=True),
    )
}
"""By codesii, the tax office's code of a kind of document."""

TAXED = (INVOICE, RECEIPT)
"""Kinds of document whose total has 19 % of VAT in it."""


def is_closed(day: date, office: Office) -> bool:
    """Whether an office takes no money on the day."""
    return day.weekday() == office.closed_on or (day.month, day.day) in HOLIDAYS

"""SGA's words against the glossary's: forms of payment, a session's lists and their fields (sga.seed.md)."""

from dataclasses import dataclass
from enum import StrEnum

from cierre.bookkeeping.documents import Kind

FORMS = {
    "1": "efectivo",
    "2": "cheque",
    "4": "tarjeta de crédito",
    "5": "depósito",
    "6": "transferencia",
    "7": "nota de crédito",
    "8": "recibo de caja",
    "9": "tarjeta de débito",
    "10": "dinero electrónico",
    "11": "Western Union",
    "12": "Pichincha",
    "13": "Pacífico",
    "14": "Facilito",
    "15": "referido",
    "16": "pago online",
    "17": "retención",
    "18": "cheque postfechado",
}
"""Forms of payment by formaPagoId (field-notes.md)."""

NO_CASH = {
    "": "without a form of payment",
    "7": "paid by credit note",
    "8": "paid by another receipt",
    "15": "for a referral commission",
}
"""Receipts that brought no money into the box, by form (field-notes.md): understood, and rightly not booked."""

FORM_FIELDS = {"formaPagoId", "formaPagoNombre", "formaPagoCodigo"}


class Reason(StrEnum):
    """Why a row is quarantined. All but NO_CASH stop the day: money may be missing from the books."""

    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    BAD_AMOUNT = "bad_amount"
    NEGATIVE_AMOUNT = "negative_amount"
    BAD_FLAG = "bad_flag"
    REPEATED_FIELD = "repeated_field"
    UNFIT_TEXT = "unfit_text"
    UNKNOWN_FORM = "unknown_form"
    REPEATED_ID = "repeated_id"
    TWO_FORMS = "two_forms"
    TWO_SESSIONS = "two_sessions"
    NO_CASH = "no_cash"


@dataclass(frozen=True, slots=True)
class Shape:
    """How one of a session's lists becomes documents: the glossary's names against SGA's.

    ``id`` is the field that identifies a row; payments have none, and are known by their content.
    """

    kind: Kind
    id: str | None
    amounts: dict[str, str]
    attributes: dict[str, str]

    @property
    def fields(self) -> tuple[str, ...]:
        """SGA's names of the fields that booking a row needs."""
        return (*self.amounts.values(), *self.attributes.values(), *filter(None, [self.id]))


SHAPES = {
    "PAGOS": Shape(
        Kind.PAYMENT,
        id=None,
        amounts={"net": "pagoValor", "promotion": "descPromo", "scholarship": "descBeca"},
        attributes={
            "form": "formaPagoId",
            "revenue_type": "tipoRubroId",
            "programme": "carreraId",
            "fraud": "esFraude",
        },
    ),
    "NC": Shape(
        Kind.CREDIT_NOTE,
        id="ncId",
        amounts={"net": "ncValor"},
        attributes={"note_type": "ncTipoId", "programme": "carreraId", "fraud": "esFraude"},
    ),
    "RC": Shape(
        Kind.RECEIPT,
        id="rcId",
        amounts={"net": "rcValorInicial"},
        attributes={"form": "formaPagoId", "programme": "carreraId"},
    ),
}

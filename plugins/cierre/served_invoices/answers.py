"""The interface's answers, in the contract's words: columns, rows, an invoice with its fields."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from cierre.bookkeeping.money import quantum
from cierre.ledger.served_invoices import Invoice

encode = msgspec.json.Encoder(decimal_format="number").encode
"""Writes an answer; an amount as the number that it is, 1000.00."""


def state(invoice: Invoice) -> str:
    """Estado: what of an invoice was collected; of a refund whose collection is not booked yet, nothing was."""
    if not invoice.collected or (invoice.collected < 0) is not (invoice.total < 0):
        return "Emitida"
    return "Pagada" if abs(invoice.collected) >= abs(invoice.total) else "Cobrada en parte"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: its id, and whether it is of amounts, which the SGI adds up."""

    id: str
    name: str
    value: Callable[[Invoice], str | Decimal | None]
    accumulable: bool = False


def _day(of: date | None) -> str | None:
    return None if of is None else f"{of:%d/%m/%Y}"


COLUMNS = tuple(
    Column(str(number), name, value, accumulable)
    for number, (name, value, accumulable) in enumerate(
        (
            ("Fecha emisión", lambda invoice: _day(invoice.issued_on), False),
            ("Entidad", lambda invoice: invoice.entity, False),
            ("Concepto", lambda invoice: invoice.concept, False),
            ("Importe base", lambda invoice: invoice.base, True),
            ("Porcentaje IVA", lambda invoice: invoice.vat_rate, False),
            ("Importe total", lambda invoice: invoice.total, True),
            ("Estado", state, False),
            ("Fecha cobro", lambda invoice: _day(invoice.collected_on), False),
            ("Importe cobrado", lambda invoice: invoice.collected, True),
            ("Número previsión", lambda invoice: invoice.planned or None, False),
        ),
        start=1,
    )
)
"""In the contract's order, and by its ids."""


class Screen:
    """Answers for a company whose amounts are in a currency; with only ``reduced`` columns where there are any."""

    def __init__(self, currency: str, reduced: Collection[str] = ()) -> None:
        self._unit = quantum(currency)
        self.columns = [column for column in COLUMNS if not reduced or column.name in reduced]

    def headings(self) -> list[dict[str, Any]]:
        """The answer of ``/facturas-emitidas/columnas``; ``acumulable`` is a boolean, as in the contract's table."""
        return [{"id": column.id, "nombre": column.name, "acumulable": column.accumulable} for column in self.columns]

    def row(self, invoice: Invoice) -> dict[str, Any]:
        """A row of ``/facturas-emitidas``."""
        return {
            **_identity(invoice),
            "columnas": {column.id: self._shown(column, invoice) for column in self.columns},
        }

    def detail(self, invoice: Invoice) -> dict[str, Any]:
        """The answer of ``/facturas-emitidas/{id}``."""
        return {
            **_identity(invoice),
            "campos": [{"nombre": column.name, "valor": self._shown(column, invoice)} for column in self.columns],
            "documentos": [
                {"id": document_id(invoice.id), "nombre": "Justificante contable", "nombreFichero": file_name(invoice)}
            ],
        }

    def _shown(self, column: Column, invoice: Invoice) -> str | Decimal | None:
        value = column.value(invoice)
        return value.quantize(self._unit) if isinstance(value, Decimal) else value


def planned_row(invoice: Invoice) -> dict[str, Any]:
    """A row of ``/facturas-previstas-emitidas``."""
    return {
        "id": invoice.id,
        "proyectoIdSGI": invoice.sgi_project,
        "numeroFactura": invoice.number,
        "numeroPrevision": invoice.planned,
    }


def document_id(invoice: str) -> str:
    """The id of an invoice's one document."""
    return f"J-{invoice}"


def invoice_of_document(id: str) -> str | None:
    """The id of the invoice that a document is of; None where it is no document's."""
    return id[2:] if id.startswith("J-") else None


def file_name(invoice: Invoice) -> str:
    """The name of the document's file: letters, digits and few signs, for any header and any disk."""
    return f"justificante_{re.sub(r'[^A-Za-z0-9.-]+', '-', invoice.number)[:80]}.pdf"


def _identity(invoice: Invoice) -> dict[str, str]:
    return {
        "id": invoice.id,
        "proyectoId": invoice.project,
        "anualidad": invoice.year,
        "numeroFactura": invoice.number,
    }

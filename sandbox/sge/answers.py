"""The SGE's answers: what it shows of its invoices on the day it is, in the words of the contract (``sge.seed.md``)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from sandbox.sge.settings import Settings

SHOWN = """
    SELECT f.pk, f.id, f.proyecto_id, f.anualidad, f.numero, f.emision, f.entidad, f.concepto, f.base, f.iva, f.total,
        f.proyecto_id_sgi, f.prevision, coalesce(sum(c.importe), 0) AS cobrado, max(c.fecha) AS cobro
    FROM sge_factura AS f LEFT JOIN sge_cobro AS c ON c.factura_pk = f.pk AND c.alta <= :today
    WHERE f.emision <= :today AND f.alta <= :today {more}
    GROUP BY f.pk ORDER BY f.pk
"""


@dataclass(frozen=True)
class Invoice:
    """An invoice as it stands on a day; ``collected_on`` is the day of the last movement."""

    id: str
    project: str
    year: str
    number: str
    issued: date
    entity: str
    concept: str
    base: Decimal
    rate: int
    total: Decimal
    sgi: str | None
    planned: str | None
    collected: Decimal
    collected_on: date | None

    @property
    def state(self) -> str:
        if not self.collected:
            return "Emitida"
        return "Pagada" if self.collected == self.total else "Cobrada en parte"


def invoices(session: Session, today: date, id: str | None = None) -> list[Invoice]:
    """All invoices that show on a day, or the one of an id, in the order in which they were entered."""
    more, place = ("AND f.id = :id", {"id": id}) if id is not None else ("", {})
    rows = session.execute(text(SHOWN.format(more=more)), {"today": today.isoformat(), **place})
    return [
        Invoice(
            id=row.id,
            project=row.proyecto_id,
            year=row.anualidad,
            number=row.numero,
            issued=date.fromisoformat(row.emision),
            entity=row.entidad,
            concept=row.concepto,
            base=_euros(row.base),
            rate=row.iva,
            total=_euros(row.total),
            sgi=row.proyecto_id_sgi,
            planned=row.prevision,
            collected=_euros(row.cobrado),
            collected_on=date.fromisoformat(row.cobro) if row.cobro else None,
        )
        for row in rows
    ]


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


@dataclass(frozen=True)
class Column:
    """A column by its name; what an invoice has in it; ``main`` ones show on the SGI's first screen."""

    name: str
    value: Callable[[Invoice], Any]
    accumulable: bool = False
    main: bool = True


COLUMNS = [
    Column("Fecha emisión", lambda invoice: invoice.issued),
    Column("Entidad", lambda invoice: invoice.entity),
    Column("Concepto", lambda invoice: invoice.concept, main=False),
    Column("Importe base", lambda invoice: invoice.base, accumulable=True),
    Column("Porcentaje IVA", lambda invoice: str(invoice.rate), main=False),
    Column("Importe total", lambda invoice: invoice.total, accumulable=True),
    Column("Estado", lambda invoice: invoice.state),
    Column("Fecha cobro", lambda invoice: invoice.collected_on),
    Column("Importe cobrado", lambda invoice: invoice.collected, accumulable=True),
    Column("Número previsión", lambda invoice: invoice.planned, main=False),
]


class Screen:
    """The columns of this site, by their ids, and what it writes into them."""

    def __init__(self, settings: Settings, reduced: bool = False) -> None:
        self.settings = settings
        shown = [column for column in COLUMNS if column.name not in settings.drop]
        if reduced and settings.reduced_is_shorter:
            shown = [column for column in shown if column.main]
        shown += [Column(name, lambda invoice, said=said: said) for name, said in settings.add.items()]
        if settings.column_ids == "other":
            shown.reverse()
        self.columns = {str(number): column for number, column in enumerate(shown, start=1)}

    def headings(self) -> list[dict[str, Any]]:
        """The answer of ``/facturas-emitidas/columnas``."""
        as_text = {True: "true", False: "false"}
        return [
            {
                "id": id,
                "nombre": self._name(column),
                "acumulable": as_text[column.accumulable] if self.settings.accumulable_as_text else column.accumulable,
            }
            for id, column in self.columns.items()
        ]

    def row(self, invoice: Invoice) -> dict[str, Any]:
        """A row of ``/facturas-emitidas``."""
        lacking = self.settings.list_lacks
        cells = {id: self._shown(column, invoice) for id, column in self.columns.items() if column.name not in lacking}
        return {**_identity(invoice), "columnas": cells}

    def detail(self, invoice: Invoice) -> dict[str, Any]:
        """The answer of ``/facturas-emitidas/{id}``."""
        return {
            **_identity(invoice),
            "campos": [
                {"nombre": self._name(column), "valor": self._shown(column, invoice)}
                for column in self.columns.values()
            ],
            "documentos": [{"id": f"F{invoice.id}", "nombre": "Factura", "nombreFichero": file_name(invoice)}],
        }

    def _shown(self, column: Column, invoice: Invoice) -> Any:
        value = column.value(invoice)
        if column.name == "Porcentaje IVA":
            return self.settings.rate_words.get(value, value)
        if column.name == "Fecha cobro" and not (invoice.collected or self.settings.date_at_nothing):
            return None
        return self._written(value)

    def _name(self, column: Column) -> str:
        return self.settings.rename.get(column.name, column.name)

    def _written(self, value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat() if self.settings.dates == "iso" else f"{value:%d/%m/%Y}"
        if isinstance(value, Decimal) and self.settings.amounts_as_text:
            return str(value)
        return value


def planned_row(invoice: Invoice) -> dict[str, Any]:
    """A row of ``/facturas-previstas-emitidas``."""
    return {
        "id": invoice.id,
        "proyectoIdSGI": invoice.sgi,
        "numeroFactura": invoice.number,
        "numeroPrevision": invoice.planned,
    }


def file_name(invoice: Invoice) -> str:
    """The name of the file of an invoice's document."""
    return f"factura_{invoice.number.replace('/', '-')}.pdf"


def _identity(invoice: Invoice) -> dict[str, str]:
    return {
        "id": invoice.id,
        "proyectoId": invoice.project,
        "anualidad": invoice.year,
        "numeroFactura": invoice.number,
    }

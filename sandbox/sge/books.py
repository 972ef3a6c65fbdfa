"""The sandbox's own books of the SGE: what tests hold the product's figures against.

Computed from its tables in SQL and whole cents. Neither the API's answers nor its code have a part in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

ISSUED = """
    SELECT base, total FROM sge_factura
    WHERE proyecto_id IN :projects AND emision = :day AND alta <= :today
"""

ENTERED = """
    SELECT sum(c.importe) AS cents FROM sge_cobro AS c JOIN sge_factura AS f ON f.pk = c.factura_pk
    WHERE f.proyecto_id IN :projects AND c.alta = :day AND c.alta <= :today
    GROUP BY f.pk HAVING sum(c.importe) <> 0
"""

SHOWN = """
    SELECT sum(c.importe) AS cents FROM sge_cobro AS c JOIN sge_factura AS f ON f.pk = c.factura_pk
    WHERE f.proyecto_id IN :projects AND c.alta <= :today AND f.emision <= :day
    GROUP BY f.pk HAVING max(c.fecha) = :day AND sum(c.importe) <> 0
"""

PLANNED = """
    SELECT p.proyecto_id_sgi AS project, p.numero AS number, p.base AS planned,
        (SELECT coalesce(sum(f.total), 0) FROM sge_factura AS f WHERE f.proyecto_id_sgi = p.proyecto_id_sgi
            AND f.prevision = p.numero AND f.emision <= :today AND f.alta <= :today) AS issued,
        (SELECT coalesce(sum(c.importe), 0) FROM sge_cobro AS c JOIN sge_factura AS f ON f.pk = c.factura_pk
            WHERE f.proyecto_id_sgi = p.proyecto_id_sgi AND f.prevision = p.numero
            AND f.emision <= :today AND f.alta <= :today AND c.alta <= :today) AS collected
    FROM sge_prevision AS p ORDER BY 1, 2
"""


@dataclass
class Figure:
    """How many, and their money in euros, to the cent."""

    count: int = 0
    amount: Decimal = Decimal("0.00")

    def add(self, cents: int) -> None:
        self.count += 1
        self.amount += Decimal(cents).scaleb(-2)


@dataclass
class SgeBooks:
    """A day of a group of projects, as the SGE has it on ``today``.

    ``issued`` and ``issued_base`` are the day's invoices with and without VAT. ``entered`` is what was entered as
    collected on the day, whatever its date: one figure an invoice; ``returned`` (above zero) those that went down.
    ``shown`` is what invoices show as collected in all where the day is the date of their last movement.
    """

    issued: Figure = field(default_factory=Figure)
    issued_base: Figure = field(default_factory=Figure)
    entered: Figure = field(default_factory=Figure)
    returned: Figure = field(default_factory=Figure)
    shown: Figure = field(default_factory=Figure)


@dataclass(frozen=True)
class PlanItem:
    """A planned item of a research project with its base, and what was issued for it and collected, with VAT."""

    project: str
    number: str
    planned: Decimal
    issued: Decimal
    collected: Decimal


def books(session: Session, projects: Sequence[str], day: date, today: date) -> SgeBooks:
    """The books of a group of projects for a day."""
    result = SgeBooks()
    place = {"projects": list(projects), "day": day.isoformat(), "today": today.isoformat()}

    def rows(statement: str):
        return session.execute(text(statement).bindparams(bindparam("projects", expanding=True)), place)

    for invoice in rows(ISSUED):
        result.issued.add(invoice.total)
        result.issued_base.add(invoice.base)
    for change in rows(ENTERED):
        (result.entered if change.cents > 0 else result.returned).add(abs(change.cents))
    for invoice in rows(SHOWN):
        result.shown.add(invoice.cents)
    return result


def plan(session: Session, today: date) -> list[PlanItem]:
    """Every planned item of every research project."""
    euros = Decimal("0.01")
    return [
        PlanItem(row.project, row.number, row.planned * euros, row.issued * euros, row.collected * euros)
        for row in session.execute(text(PLANNED), {"today": today.isoformat()})
    ]

"""The SGE's own books as tables: projects, the calendar of planned invoices, invoices, and what was collected.

Money is whole cents of euros. ``alta`` is the day on which somebody entered a row; nothing shows before it.
"""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.state import Table


class Proyecto(Table):
    """An economic project, by its id in the SGE."""

    __tablename__ = "sge_proyecto"
    id: Mapped[str] = mapped_column(primary_key=True)


class Vinculo(Table):
    """An economic project and a research project (of the SGI) that belong together: many to many."""

    __tablename__ = "sge_vinculo"
    proyecto_id: Mapped[str] = mapped_column(ForeignKey("sge_proyecto.id"), primary_key=True)
    proyecto_id_sgi: Mapped[str] = mapped_column(primary_key=True)


class Prevision(Table):
    """A planned item of a research project's invoicing calendar. Its number is text."""

    __tablename__ = "sge_prevision"
    proyecto_id_sgi: Mapped[str] = mapped_column(primary_key=True)
    numero: Mapped[str] = mapped_column(primary_key=True)
    vencimiento: Mapped[date]
    base: Mapped[int]


class MesEscrito(Table):
    """A month of a project that has been made up already."""

    __tablename__ = "sge_mes_escrito"
    proyecto_id: Mapped[str] = mapped_column(primary_key=True)
    mes: Mapped[str] = mapped_column(primary_key=True)


class Factura(Table):
    """An issued invoice, and the planned item that it meets, if any."""

    __tablename__ = "sge_factura"
    pk: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    proyecto_id: Mapped[str] = mapped_column(ForeignKey("sge_proyecto.id"), index=True)
    anualidad: Mapped[str]
    numero: Mapped[str]
    emision: Mapped[date] = mapped_column(index=True)
    alta: Mapped[date]
    entidad: Mapped[str]
    concepto: Mapped[str]
    base: Mapped[int]
    iva: Mapped[int]
    total: Mapped[int]
    proyecto_id_sgi: Mapped[str | None]
    prevision: Mapped[str | None]
    cobros: Mapped[list["Cobro"]] = relationship(back_populates="factura", cascade="all, delete-orphan")


class Cobro(Table):
    """Money that came in for an invoice on ``fecha``; below zero where it went back."""

    __tablename__ = "sge_cobro"
    pk: Mapped[int] = mapped_column(primary_key=True)
    factura_pk: Mapped[int] = mapped_column(ForeignKey("sge_factura.pk"), index=True)
    fecha: Mapped[date]
    alta: Mapped[date] = mapped_column(index=True)
    importe: Mapped[int]
    factura: Mapped[Factura] = relationship(back_populates="cobros")

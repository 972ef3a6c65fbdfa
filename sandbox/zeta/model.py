"""Zeta's books as far as its API of customer invoices reads and writes them.

Money is in hundredths of the voucher's currency, unsigned; quantities and prices are in hundred thousandths, the rate
in ten thousandths, discounts in hundredths of a percent: whole numbers, so that nothing is lost in SQLite.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.state import Table


class ZetaComprobante(Table):
    """A voucher; ``pk`` is its FacturaId. ``serie`` and ``numero`` are empty until it is issued (``emitido``)."""

    __tablename__ = "zeta_comprobante"
    pk: Mapped[int] = mapped_column(primary_key=True)
    empresa: Mapped[str] = mapped_column(index=True)
    fecha: Mapped[date] = mapped_column(index=True)
    codigo: Mapped[int]
    tipo: Mapped[int]
    serie: Mapped[str] = mapped_column(default="")
    numero: Mapped[int] = mapped_column(default=0)
    moneda: Mapped[int]
    cotizacion: Mapped[int]
    cliente: Mapped[str]
    vendedor: Mapped[str] = mapped_column(default="")
    precio: Mapped[int] = mapped_column(default=1)
    condicion: Mapped[int] = mapped_column(default=0)
    local: Mapped[int]
    caja: Mapped[int | None]
    centro: Mapped[str] = mapped_column(default="")
    referencia: Mapped[int | None]
    notas: Mapped[str] = mapped_column(default="")
    usuario: Mapped[int] = mapped_column(default=1)
    deposito_origen: Mapped[int] = mapped_column(default=0)
    deposito_destino: Mapped[int] = mapped_column(default=0)
    emitido: Mapped[bool] = mapped_column(default=True)
    registro: Mapped[datetime]
    descuentos: Mapped[int] = mapped_column(default=0)
    subtotal: Mapped[int] = mapped_column(default=0)
    iva: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    saldo: Mapped[int] = mapped_column(default=0)
    enviado: Mapped[str] = mapped_column(default="")
    """The Movimiento that Agregar was sent, as JSON; empty for what was entered at the counter."""
    lineas: Mapped[list["ZetaLinea"]] = relationship(order_by="ZetaLinea.pk", cascade="all, delete-orphan")


class ZetaLinea(Table):
    """A line of a voucher. ``precio`` is without VAT; ``digitado`` as it was typed in."""

    __tablename__ = "zeta_linea"
    pk: Mapped[int] = mapped_column(primary_key=True)
    comprobante_pk: Mapped[int] = mapped_column(ForeignKey("zeta_comprobante.pk"), index=True)
    articulo: Mapped[str] = mapped_column(default="")
    concepto: Mapped[str] = mapped_column(default="")
    lote: Mapped[str] = mapped_column(default="")
    vencimiento: Mapped[date | None]
    cantidad: Mapped[int]
    digitado: Mapped[int]
    precio: Mapped[int]
    dto1: Mapped[int] = mapped_column(default=0)
    dto2: Mapped[int] = mapped_column(default=0)
    dto3: Mapped[int] = mapped_column(default=0)
    iva_codigo: Mapped[int]
    tasa: Mapped[int]
    descuentos: Mapped[int] = mapped_column(default=0)
    subtotal: Mapped[int]
    iva: Mapped[int]
    total: Mapped[int]


class ZetaDia(Table):
    """A company's day that was made already."""

    __tablename__ = "zeta_dia"
    empresa: Mapped[str] = mapped_column(primary_key=True)
    fecha: Mapped[date] = mapped_column(primary_key=True)


class ZetaLlamada(Table):
    """A call that the monitor counts, with the instant it was made (UTC, without its zone)."""

    __tablename__ = "zeta_llamada"
    pk: Mapped[int] = mapped_column(primary_key=True)
    empresa: Mapped[str] = mapped_column(index=True)
    metodo: Mapped[str]
    instante: Mapped[datetime]


class ZetaBloqueo(Table):
    """A company that is locked out, and why."""

    __tablename__ = "zeta_bloqueo"
    empresa: Mapped[str] = mapped_column(primary_key=True)
    motivo: Mapped[str]

"""SGA's relational model: the school's cash system as far as its accounting API reads it.

Names are the school's own, as ``sga.seed.md`` spells them. Money is a float, as in the original (a Django FloatField).
One database holds four schools: the tenant stands on boxes and students, and all else hangs from them. ``pk`` is ours;
``id`` is the number that the school's own installation gave and the API shows.
"""

from datetime import date

from sqlalchemy import Column, ForeignKey, Table as AssociationTable, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.state import Table


def pagos_of(name: str) -> AssociationTable:
    """The table between payments and what paid them: one cheque may pay several charges."""
    return AssociationTable(
        f"sga_{name}_pagos",
        Table.metadata,
        Column(f"{name}_pk", ForeignKey(f"sga_{name}.pk"), primary_key=True),
        Column("pago_pk", ForeignKey("sga_pago.pk"), primary_key=True, index=True),
    )


factura_pagos = pagos_of("factura")
cheque_pagos = pagos_of("pagocheque")
tarjeta_pagos = pagos_of("pagotarjeta")
transferencia_pagos = pagos_of("pagotransferenciadeposito")
retencion_pagos = pagos_of("pagoretencion")
notacredito_pagos = pagos_of("pagonotacreditoinstitucion")
recibocaja_pagos = pagos_of("pagorecibocajainstitucion")


class FormaDePago(Table):
    """A form of payment, of every school or of one (``tenant``)."""

    __tablename__ = "sga_formadepago"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant: Mapped[str | None]
    nombre: Mapped[str]
    codigoformapago: Mapped[str]


class TipoRubro(Table):
    __tablename__ = "sga_tiporubro"
    id: Mapped[int] = mapped_column(primary_key=True)
    nombre: Mapped[str]


class Carrera(Table):
    __tablename__ = "sga_carrera"
    id: Mapped[int] = mapped_column(primary_key=True)
    nombre: Mapped[str]


class TipoNotaCredito(Table):
    __tablename__ = "sga_tiponotacredito"
    id: Mapped[int] = mapped_column(primary_key=True)
    descripcion: Mapped[str]


class LugarRecaudacion(Table):
    __tablename__ = "sga_lugarrecaudacion"
    __table_args__ = (UniqueConstraint("tenant", "id"),)
    pk: Mapped[int] = mapped_column(primary_key=True)
    tenant: Mapped[str]
    id: Mapped[int]
    nombre: Mapped[str]
    closed_on: Mapped[int]


class SesionCaja(Table):
    __tablename__ = "sga_sesioncaja"
    pk: Mapped[int] = mapped_column(primary_key=True)
    caja_pk: Mapped[int] = mapped_column(ForeignKey("sga_lugarrecaudacion.pk"), index=True)
    fecha: Mapped[date] = mapped_column(index=True)
    caja: Mapped[LugarRecaudacion] = relationship()


class Inscripcion(Table):
    """A student's enrolment, with the person's data in it."""

    __tablename__ = "sga_inscripcion"
    pk: Mapped[int] = mapped_column(primary_key=True)
    tenant: Mapped[str]
    carrera_id: Mapped[int] = mapped_column(ForeignKey("sga_carrera.id"))
    cedula: Mapped[str]
    nombre_completo: Mapped[str]
    carrera: Mapped[Carrera] = relationship()


class Rubro(Table):
    """A charge. ``nc`` is the credit note that brought it back to life, if one did."""

    __tablename__ = "sga_rubro"
    pk: Mapped[int] = mapped_column(primary_key=True)
    inscripcion_pk: Mapped[int] = mapped_column(ForeignKey("sga_inscripcion.pk"), index=True)
    tipo_id: Mapped[int] = mapped_column(ForeignKey("sga_tiporubro.id"))
    nombre: Mapped[str]
    nc: Mapped[int | None]
    inscripcion: Mapped[Inscripcion] = relationship()
    tipo: Mapped[TipoRubro] = relationship()


class Factura(Table):
    """An invoice, with the client's data in it."""

    __tablename__ = "sga_factura"
    pk: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int]
    numero: Mapped[str]
    fecha: Mapped[date]
    ruc: Mapped[str]
    telefono: Mapped[str]
    direccion: Mapped[str]
    pagos: Mapped[list["Pago"]] = relationship(secondary=factura_pagos, back_populates="facturas", order_by="Pago.pk")


class Pago(Table):
    """A payment of one charge. Its form is not a column: it is what the flags and the tables beside it say.

    One without a session was taken long before, when nobody looked.
    """

    __tablename__ = "sga_pago"
    pk: Mapped[int] = mapped_column(primary_key=True)
    sesion_pk: Mapped[int | None] = mapped_column(ForeignKey("sga_sesioncaja.pk"), index=True)
    rubro_pk: Mapped[int] = mapped_column(ForeignKey("sga_rubro.pk"))
    fecha: Mapped[date]
    valor: Mapped[float]
    efectivo: Mapped[bool] = mapped_column(default=False)
    wester: Mapped[bool] = mapped_column(default=False)
    pacifico: Mapped[bool] = mapped_column(default=False)
    referido: Mapped[bool] = mapped_column(default=False)
    pichincha: Mapped[bool] = mapped_column(default=False)
    paymentez: Mapped[bool] = mapped_column(default=False)
    facilito: Mapped[bool] = mapped_column(default=False)
    electronico: Mapped[bool] = mapped_column(default=False)
    sesion: Mapped[SesionCaja | None] = relationship()
    rubro: Mapped[Rubro] = relationship()
    facturas: Mapped[list[Factura]] = relationship(secondary=factura_pagos, order_by=Factura.pk, back_populates="pagos")
    cheques: Mapped[list["PagoCheque"]] = relationship(secondary=cheque_pagos)
    tarjetas: Mapped[list["PagoTarjeta"]] = relationship(secondary=tarjeta_pagos)
    transferencias: Mapped[list["PagoTransferenciaDeposito"]] = relationship(secondary=transferencia_pagos)
    retenciones: Mapped[list["PagoRetencion"]] = relationship(secondary=retencion_pagos)
    notas_de_credito: Mapped[list["PagoNotaCreditoInstitucion"]] = relationship(secondary=notacredito_pagos)
    recibos_de_caja: Mapped[list["PagoReciboCajaInstitucion"]] = relationship(secondary=recibocaja_pagos)
    descuentos: Mapped[list["DetalleDescuento"]] = relationship(order_by="DetalleDescuento.pk")
    becas: Mapped[list["DetalleRubrosBeca"]] = relationship(order_by="DetalleRubrosBeca.pk")


class PagoCheque(Table):
    __tablename__ = "sga_pagocheque"
    pk: Mapped[int] = mapped_column(primary_key=True)
    numero: Mapped[str]
    fechacobro: Mapped[date]


class PagoTarjeta(Table):
    __tablename__ = "sga_pagotarjeta"
    pk: Mapped[int] = mapped_column(primary_key=True)
    tarjetadebito: Mapped[bool | None]


class PagoTransferenciaDeposito(Table):
    __tablename__ = "sga_pagotransferenciadeposito"
    pk: Mapped[int] = mapped_column(primary_key=True)
    deposito: Mapped[bool | None]


class PagoRetencion(Table):
    __tablename__ = "sga_pagoretencion"
    pk: Mapped[int] = mapped_column(primary_key=True)
    numero: Mapped[str]


class NotaCreditoInstitucion(Table):
    """A credit note. ``motivonc`` 1 is fraud; a voided one (``anulada``) is answered like any other."""

    __tablename__ = "sga_notacreditoinstitucion"
    pk: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int]
    sesioncaja_pk: Mapped[int | None] = mapped_column(ForeignKey("sga_sesioncaja.pk"), index=True)
    valor: Mapped[float]
    fecha: Mapped[date]
    tipo_id: Mapped[int] = mapped_column(ForeignKey("sga_tiponotacredito.id"))
    motivonc_id: Mapped[int | None]
    anulada: Mapped[bool] = mapped_column(default=False)
    inscripcion_pk: Mapped[int] = mapped_column(ForeignKey("sga_inscripcion.pk"))
    factura_pk: Mapped[int] = mapped_column(ForeignKey("sga_factura.pk"))
    sesioncaja: Mapped[SesionCaja | None] = relationship()
    tipo: Mapped[TipoNotaCredito] = relationship()
    inscripcion: Mapped[Inscripcion] = relationship()
    factura: Mapped[Factura] = relationship()


class PagoNotaCreditoInstitucion(Table):
    __tablename__ = "sga_pagonotacreditoinstitucion"
    pk: Mapped[int] = mapped_column(primary_key=True)
    notacredito_pk: Mapped[int] = mapped_column(ForeignKey("sga_notacreditoinstitucion.pk"))
    notacredito: Mapped[NotaCreditoInstitucion] = relationship()


class ReciboCajaInstitucion(Table):
    """A receipt: money taken in advance. ``formapago_id`` may be missing; ``activo`` False hides it."""

    __tablename__ = "sga_recibocajainstitucion"
    pk: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int]
    sesioncaja_pk: Mapped[int | None] = mapped_column(ForeignKey("sga_sesioncaja.pk"), index=True)
    valorinicial: Mapped[float]
    fecha: Mapped[date]
    activo: Mapped[bool | None] = mapped_column(default=True)
    formapago_id: Mapped[int | None] = mapped_column(ForeignKey("sga_formadepago.id"))
    inscripcion_pk: Mapped[int] = mapped_column(ForeignKey("sga_inscripcion.pk"))
    sesioncaja: Mapped[SesionCaja | None] = relationship()
    inscripcion: Mapped[Inscripcion] = relationship()
    formapago: Mapped[FormaDePago | None] = relationship()


class PagoReciboCajaInstitucion(Table):
    __tablename__ = "sga_pagorecibocajainstitucion"
    pk: Mapped[int] = mapped_column(primary_key=True)
    recibocaja_pk: Mapped[int] = mapped_column(ForeignKey("sga_recibocajainstitucion.pk"))
    recibocaja: Mapped[ReciboCajaInstitucion] = relationship()


class DetalleDescuento(Table):
    """A promotion granted on a payment."""

    __tablename__ = "sga_detalledescuento"
    pk: Mapped[int] = mapped_column(primary_key=True)
    pago_pk: Mapped[int] = mapped_column(ForeignKey("sga_pago.pk"), index=True)
    valor: Mapped[float]


class DetalleRubrosBeca(Table):
    """A scholarship granted on a payment."""

    __tablename__ = "sga_detallerubrosbeca"
    pk: Mapped[int] = mapped_column(primary_key=True)
    pago_pk: Mapped[int] = mapped_column(ForeignKey("sga_pago.pk"), index=True)
    descuento: Mapped[float]

"""What SGA's accounting API answers, by the classification and in the order of ``sga.seed.md``."""

import unicodedata
from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from sandbox.sga import catalogue
from sandbox.sga.model import (
    Factura,
    FormaDePago,
    Inscripcion,
    LugarRecaudacion,
    NotaCreditoInstitucion,
    Pago,
    PagoCheque,
    PagoTarjeta,
    PagoTransferenciaDeposito,
    ReciboCajaInstitucion,
    Rubro,
    SesionCaja,
)

MAP = {
    catalogue.DEPOSIT: Pago.transferencias.any(PagoTransferenciaDeposito.deposito.is_(True)),
    catalogue.TRANSFER: Pago.transferencias.any(PagoTransferenciaDeposito.deposito.is_not(True)),
    catalogue.CHEQUE: Pago.cheques.any(PagoCheque.fechacobro == Pago.fecha),
    catalogue.POSTDATED_CHEQUE: Pago.cheques.any(PagoCheque.fechacobro != Pago.fecha),
    catalogue.DEBIT_CARD: Pago.tarjetas.any(PagoTarjeta.tarjetadebito.is_(True)),
    catalogue.CREDIT_CARD: Pago.tarjetas.any(PagoTarjeta.tarjetadebito.is_not(True)),
    catalogue.WITHHOLDING: Pago.retenciones.any(),
    catalogue.CREDIT_NOTE: Pago.notas_de_credito.any(),
    catalogue.RECEIPT: Pago.recibos_de_caja.any(),
    catalogue.CASH: Pago.efectivo,
    catalogue.WESTERN_UNION: Pago.wester,
    catalogue.PACIFICO: Pago.pacifico,
    catalogue.REFERRAL: Pago.referido,
    catalogue.PICHINCHA: Pago.pichincha,
    catalogue.ONLINE: Pago.paymentez,
    catalogue.FACILITO: Pago.facilito,
    catalogue.E_MONEY: Pago.electronico,
}
"""The seed's ``mapaPagos``: which payments are of a form. They overlap, and a payment may be of none."""

WHOLE = (
    joinedload(Pago.rubro).joinedload(Rubro.inscripcion),
    joinedload(Pago.rubro).joinedload(Rubro.tipo),
    selectinload(Pago.facturas),
    selectinload(Pago.descuentos),
    selectinload(Pago.becas),
)


class DoesNotExist(LookupError):
    """A row that a query had to find; worded as Django words it, for it reaches the client."""

    def __init__(self, model: type) -> None:
        super().__init__(f"{model.__name__} matching query does not exist.")


def facturacion_new_process(session: Session, tenant: str, caja: str, fecha: date) -> list | dict:
    """The day of a box: one element a session, or ``{"ERROR": text}`` - one bad row loses the whole answer."""
    try:
        box = find_box(session, tenant, caja)
        sessions = session.scalars(select(SesionCaja).filter_by(caja=box, fecha=fecha).order_by(SesionCaja.pk))
        return [
            {"PAGOS": _pagos(session, sesion), "NC": _notas(session, sesion), "RC": _recibos(session, sesion)}
            for sesion in sessions
        ]
    except Exception as error:  # the original catches everything, too
        return {"ERROR": str(error)}


def cajas(session: Session, tenant: str) -> list[dict]:
    """The tenant's cash boxes. The shape is a conjecture: the contract only names the action."""
    boxes = session.scalars(select(LugarRecaudacion).filter_by(tenant=tenant).order_by(LugarRecaudacion.id))
    return [{"id": box.id, "nombre": box.nombre} for box in boxes]


def pagos_nc(session: Session, tenant: str, nc: str) -> list | dict:
    """The payments behind a credit note: those of its invoice. The shape is a conjecture, as that of ``cajas``."""
    try:
        note = session.scalar(
            select(NotaCreditoInstitucion)
            .join(NotaCreditoInstitucion.inscripcion)
            .where(Inscripcion.tenant == tenant, NotaCreditoInstitucion.id == _number(nc))
        )
        if note is None:
            raise DoesNotExist(NotaCreditoInstitucion)
        return [
            {
                "facturaNumero": note.factura.numero,
                "pagoFecha": str(payment.fecha),
                "pagoValor": payment.valor,
                "formaPagoId": form.id if (form := _form_of(session, tenant, payment)) else "",
                "rubroNombre": elimina_tildes(payment.rubro.nombre),
            }
            for payment in note.factura.pagos
        ]
    except Exception as error:
        return {"ERROR": str(error)}


def find_box(session: Session, tenant: str, caja: str) -> LugarRecaudacion:
    """The tenant's box of that id; raises ValueError for what is no number, DoesNotExist for a stranger."""
    box = session.scalar(select(LugarRecaudacion).filter_by(tenant=tenant, id=_number(caja)))
    if box is None:
        raise DoesNotExist(LugarRecaudacion)
    return box


def elimina_tildes(text: object) -> str:
    """The text without its accents: ``Conducción`` becomes ``Conduccion``, ``ñ`` becomes ``n``."""
    return "".join(letter for letter in unicodedata.normalize("NFD", str(text)) if unicodedata.category(letter) != "Mn")


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"Field 'id' expected a number but got {text!r}.") from None


def _forms(session: Session, tenant: str) -> list[FormaDePago]:
    ours = or_(FormaDePago.tenant.is_(None), FormaDePago.tenant == tenant)
    return list(session.scalars(select(FormaDePago).where(ours).order_by(FormaDePago.id)))


def _form_of(session: Session, tenant: str, payment: Pago) -> FormaDePago | None:
    """The original's ``obtener_forma_pago``, as far as it is known: the first form that the payment is of."""
    for form in _forms(session, tenant):
        if session.scalar(select(Pago.pk).where(Pago.pk == payment.pk, MAP[form.id])):
            return form
    return None


def _pagos(session: Session, sesion: SesionCaja) -> list[dict]:
    of_the_session = Pago.sesion_pk == sesion.pk
    # Read once with all that hangs from them; the filters below then only say which, and in which order.
    payments = {payment.pk: payment for payment in session.scalars(select(Pago).where(of_the_session).options(*WHOLE))}
    return [
        _pago(session, payments[pk], form)
        for form in _forms(session, sesion.caja.tenant)
        for pk in session.scalars(select(Pago.pk).where(of_the_session, MAP[form.id]).order_by(Pago.pk))
    ]


def _pago(session: Session, payment: Pago, form: FormaDePago) -> dict:
    if not payment.facturas:
        raise DoesNotExist(Factura)
    factura, rubro, student = payment.facturas[0], payment.rubro, payment.rubro.inscripcion
    return {
        "facturaNumero": factura.numero,
        "inscripcionNombre": student.nombre_completo,
        "clienteRuc": factura.ruc,
        "clienteTelefono": factura.telefono,
        "clienteDireccion": elimina_tildes(factura.direccion),
        "carreraId": student.carrera.id,
        "carreraNombre": elimina_tildes(student.carrera.nombre),
        "formaPagoId": form.id,
        "formaPagoNombre": elimina_tildes(form.nombre),
        "formaPagoCodigo": form.codigoformapago,
        "pagoValor": payment.valor,
        "rubroNombre": elimina_tildes(rubro.nombre),
        "descPromo": _float_sum(promotion.valor for promotion in payment.descuentos),
        "descBeca": _float_sum(scholarship.descuento for scholarship in payment.becas),
        "esFraude": rubro.nc is not None and _is_fraud(_note_of(session, rubro)),
        "tipoRubroId": rubro.tipo.id,
        "tipoRubroDescripcion": rubro.tipo.nombre,
    }


def _notas(session: Session, sesion: SesionCaja) -> list[dict]:
    notes = select(NotaCreditoInstitucion).filter_by(sesioncaja=sesion).order_by(NotaCreditoInstitucion.pk)
    return [
        {
            "ncId": note.id,
            "ncValor": note.valor,
            "ncFecha": str(note.fecha),
            "ncTipoId": note.tipo.id,
            "ncTipoDescripcion": elimina_tildes(note.tipo.descripcion),
            "inscripcionCedula": note.inscripcion.cedula,
            "inscripcionNombre": note.inscripcion.nombre_completo,
            "carreraId": note.inscripcion.carrera.id,
            "carreraNombre": elimina_tildes(note.inscripcion.carrera.nombre),
            "facturaId": note.factura.id,
            "facturaNumero": note.factura.numero,
            "facturaFecha": str(note.factura.fecha),
            "esFraude": _is_fraud(note),
        }
        for note in session.scalars(notes)
    ]


def _recibos(session: Session, sesion: SesionCaja) -> list[dict]:
    receipts = (
        select(ReciboCajaInstitucion)
        .filter_by(sesioncaja=sesion)
        .where(ReciboCajaInstitucion.activo.is_not(False))
        .order_by(ReciboCajaInstitucion.pk)
    )
    return [_recibo(session, receipt) for receipt in session.scalars(receipts)]


def _recibo(session: Session, receipt: ReciboCajaInstitucion) -> dict:
    if receipt.formapago is None:
        _fill_in_form(session, receipt)
    form, student = receipt.formapago, receipt.inscripcion
    return {
        "rcId": receipt.id,
        "rcValorInicial": receipt.valorinicial,
        "rcFecha": str(receipt.fecha),
        "inscripcionCedula": student.cedula,
        "inscripcionNombre": student.nombre_completo,
        "carreraId": student.carrera.id,
        "carreraNombre": elimina_tildes(student.carrera.nombre),
        "formaPagoId": form.id if form else "",
        "formaPagoCodigo": form.codigoformapago if form else "",
    }


def _fill_in_form(session: Session, receipt: ReciboCajaInstitucion) -> None:
    """The read that writes: a receipt without a form gets that of the student's last payment in the session."""
    last = (
        select(Pago)
        .join(Pago.rubro)
        .where(Pago.sesion_pk == receipt.sesioncaja_pk, Rubro.inscripcion_pk == receipt.inscripcion_pk)
        .order_by(Pago.pk.desc())
    )
    if payment := session.scalars(last).first():
        receipt.formapago = _form_of(session, receipt.sesioncaja.caja.tenant, payment)


def _note_of(session: Session, rubro: Rubro) -> NotaCreditoInstitucion:
    note = session.get(NotaCreditoInstitucion, rubro.nc)
    if note is None:
        raise DoesNotExist(NotaCreditoInstitucion)
    return note


def _is_fraud(note: NotaCreditoInstitucion) -> bool:
    return note.motivonc_id == catalogue.FRAUD


def _float_sum(amounts: Iterable[float]) -> float:
    """0 for none; else added one by one, as a database adds floats: from Python 3.12 on ``sum`` hides the noise."""
    total: float = 0
    for amount in amounts:
        total += amount
    return total

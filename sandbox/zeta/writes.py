"""Agregar: what Zeta checks of a Movimiento, and how it enters the books (``zeta.seed.txt``, Método Agregar)."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.zeta import catalogue
from sandbox.zeta.fields import HEADER, LINE, OCCASIONAL, PAYMENT, number, objections
from sandbox.zeta.generator import Sold, add_up, line
from sandbox.zeta.model import ZetaComprobante, ZetaLinea
from sandbox.zeta.settings import Settings

FIRST_ADDED = 500_000_000
"""FacturaIds of vouchers that came by the API."""

OBLIGATORY = ("CodigoComprobante", "Fecha", "CodigoMoneda")
ANYBODY = "1"
"""The customer of a voucher that names none."""
DOCUMENT_TYPES = "RCPDO"
CASH, CHEQUE, CARD, BANK, PAPER = 1, 2, 3, 4, 5
NEEDED = {CASH: ("CodigoCaja",), CHEQUE: ("CodigoBancoFinanciera",), CARD: (), BANK: ("CodigoCtaBancaria",), PAPER: ()}
"""By form of payment, the fields it cannot do without."""


class Refused(Exception):
    """A movement that is not taken; says all that is wrong with it."""


def agregar(session: Session, empresa: str, movement: Any, now: datetime, settings: Settings) -> ZetaComprobante:
    """Enters a movement, unissued if it is an electronic voucher. Raises Refused."""
    if not isinstance(movement, dict):
        raise Refused("Movimiento debe ser un objeto")
    wrong = list(_wrong(empresa, movement, settings))
    if wrong:
        raise Refused("; ".join(wrong))
    voucher = _voucher(session, empresa, movement, now, settings)
    if wrong := list(_wrong_sums(movement, voucher, settings)):
        raise Refused("; ".join(wrong))
    session.add(voucher)
    session.flush()
    return voucher


def _wrong(empresa: str, movement: dict[str, Any], settings: Settings) -> Iterator[str]:
    lines, payments = movement.get("Lineas", []), movement.get("FormasPago", [])
    header = {name: value for name, value in movement.items() if name not in ("Lineas", "FormasPago")}
    yield from objections(header, HEADER | OCCASIONAL)
    yield from (f"{name}: es obligatorio" for name in OBLIGATORY if movement.get(name) in (None, ""))
    kind = catalogue.COMPROBANTES.get(number(movement.get("CodigoComprobante")))
    if kind is None:
        yield "CodigoComprobante: no existe"
        return
    if number(movement.get("CodigoMoneda")) not in catalogue.MONEDAS:
        yield "CodigoMoneda: no existe"
    if str(movement.get("CodigoCliente", ANYBODY)) not in catalogue.CLIENTES:
        yield "CodigoCliente: no existe"
    cajas = catalogue.EMPRESAS[empresa].get(number(movement.get("CodigoLocal", 1)))
    if cajas is None or number(movement.get("CodigoCaja", 1)) not in cajas[1]:
        yield "CodigoLocal, CodigoCaja: no existen"
    if "CodigoCondicionPago" in movement and kind.tipo != catalogue.CREDIT_SALE:
        yield "CodigoCondicionPago: aplica solo a venta crédito"
    if ("TotalRecibo" in movement) != (kind.tipo == catalogue.RECEIPT):
        yield "TotalRecibo: solo y siempre para recibos de cobro"
    yield from _wrong_customer(movement)
    for place, rows, fields in (("Lineas", lines, LINE), ("FormasPago", payments, PAYMENT)):
        for at, row in enumerate(rows):
            yield from objections(row, fields, f"{place}[{at}].")
    yield from _wrong_lines(lines, kind.tipo)
    yield from _wrong_payments(payments, kind.tipo)


def _wrong_customer(movement: dict[str, Any]) -> Iterator[str]:
    if movement.get("Notas") == catalogue.ON_BEHALF:
        for name in catalogue.PEOPLE_ON_WHOSE_BEHALF:
            if not movement.get(name):
                yield f"{name}: es obligatorio en una venta por cuenta ajena"
    if movement.get("ClienteTipoDocumento", "R") not in DOCUMENT_TYPES:
        yield "ClienteTipoDocumento: valor no aceptado"
    if not str(movement.get("ClienteDocumento", "0")).isalnum():
        yield "ClienteDocumento: sin puntos, guiones ni espacios"


def _wrong_lines(lines: list[dict[str, Any]], tipo: int) -> Iterator[str]:
    if not lines and tipo != catalogue.RECEIPT:
        yield "Lineas: falta al menos una"
    for at, row in enumerate(lines):
        article = catalogue.ARTICULOS.get(row.get("CodigoArticulo"))
        if row.get("CodigoArticulo") and article is None:
            yield f"Lineas[{at}].CodigoArticulo: no existe"
        if number(row.get("Cantidad")) <= 0:
            yield f"Lineas[{at}].Cantidad: debe ser mayor a cero"
        if number(row.get("CodigoIVA", -1)) not in catalogue.TASAS:
            yield f"Lineas[{at}].CodigoIVA: no existe"
        if article and article.lote and not (row.get("CodigoLote") and row.get("Vencimiento")):
            yield f"Lineas[{at}].CodigoLote, Vencimiento: son obligatorios para este artículo"


def _wrong_payments(payments: list[dict[str, Any]], tipo: int) -> Iterator[str]:
    if not payments and tipo in (catalogue.CASH_SALE, catalogue.CASH_RETURN, catalogue.RECEIPT):
        yield "FormasPago: falta al menos una"
    for at, row in enumerate(payments):
        form = number(row.get("CodigoFormaPago"))
        if form not in catalogue.FORMAS_PAGO:
            yield f"FormasPago[{at}].CodigoFormaPago: no existe"
            continue
        yield from (f"FormasPago[{at}].{name}: es obligatorio" for name in NEEDED[form] if name not in row)


def _wrong_sums(movement: dict[str, Any], voucher: ZetaComprobante, settings: Settings) -> Iterator[str]:
    paid = sum(number(row.get("MontoMonedaMovimiento")) for row in movement.get("FormasPago", []))
    total = Decimal(voucher.total).scaleb(-2)
    if movement.get("FormasPago") and paid != total:
        yield f"FormasPago: suman {paid}, el movimiento {total}"
    pesos = Decimal(voucher.subtotal).scaleb(-2) * Decimal(voucher.cotizacion).scaleb(-4)
    if pesos > settings.identify_above and voucher.tipo in catalogue.SALES and not movement.get("ClienteDocumento"):
        yield f"ClienteDocumento: es obligatorio, el monto sin impuestos supera {settings.identify_above}"


def _voucher(
    session: Session, empresa: str, movement: dict[str, Any], now: datetime, settings: Settings
) -> ZetaComprobante:
    code, currency = int(movement["CodigoComprobante"]), int(movement["CodigoMoneda"])
    kind = catalogue.COMPROBANTES[code]
    day = _day(movement["Fecha"])
    added = session.scalar(select(func.count()).where(ZetaComprobante.pk >= FIRST_ADDED))
    plain = kind.cfe is None
    voucher = ZetaComprobante(
        pk=FIRST_ADDED + added,
        empresa=empresa,
        fecha=day,
        codigo=code,
        tipo=kind.tipo,
        serie=str(movement.get("Serie", "B" if plain else "")),
        numero=int(movement.get("Numero", added + 1 if plain else 0)),
        moneda=currency,
        cotizacion=_rate(movement, currency, day),
        cliente=str(movement.get("CodigoCliente", ANYBODY)),
        vendedor=movement.get("CodigoVendedor", ""),
        precio=1,
        condicion=int(movement.get("CodigoCondicionPago", 0)),
        local=int(movement.get("CodigoLocal", 1)),
        caja=int(movement.get("CodigoCaja", 1)),
        centro=movement.get("CodigoCentroCosto", ""),
        referencia=int(movement.get("CodigoReferencia", 0)) or None,
        notas=movement.get("Notas", ""),
        usuario=int(movement.get("CodigoUsuario", 1)),
        deposito_origen=int(movement.get("CodigoDepositoOrigen", 0)),
        deposito_destino=int(movement.get("CodigoDepositoDestino", 0)),
        emitido=plain,
        registro=now.astimezone(catalogue.HOME).replace(tzinfo=None),
        enviado=json.dumps(movement, default=str),
    )
    for row in movement.get("Lineas", []):
        voucher.lineas.append(_line(row, settings.decimals.get(currency, 2)))
    add_up(voucher)
    if kind.tipo == catalogue.RECEIPT:
        voucher.total = int(number(movement["TotalRecibo"]) * 100)
    if kind.tipo in (catalogue.CREDIT_SALE, catalogue.CREDIT_NOTE):
        voucher.saldo = voucher.total
    return voucher


def _line(row: dict[str, Any], decimals: int) -> ZetaLinea:
    dtos = tuple(number(row.get(f"Descuento{which}", 0)) for which in (1, 2, 3))
    sold = Sold(row.get("CodigoArticulo", ""), number(row["Cantidad"]), number(row.get("PrecioUnitario", 0)), dtos)
    added = line(sold, decimals, iva=int(row["CodigoIVA"]), concepto=row.get("Concepto", ""))
    added.lote = row.get("CodigoLote", "")
    if row.get("Vencimiento"):
        added.vencimiento = _day(row["Vencimiento"])
    return added


def _day(text: Any) -> date:
    return datetime.strptime(str(text), "%Y%m%d").date()


def _rate(movement: dict[str, Any], currency: int, day: date) -> int:
    if "Cotizacion" in movement:
        return int(number(movement["Cotizacion"]) * 10_000)
    return 10_000 if currency == catalogue.UYU else catalogue.rate(day)

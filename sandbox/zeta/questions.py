"""The filters of Zeta's queries as this site reads them (``zeta.seed.txt``, the methods' Filtros)."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from sandbox.zeta.catalogue import CREDIT_NOTE, CREDIT_SALE, RECEIPT
from sandbox.zeta.model import ZetaComprobante
from sandbox.zeta.settings import Settings

Conditions = list[ColumnElement[bool]]
Period = tuple[date, date, Conditions]

NUMBERS = {
    "ComprobanteCodigo": ZetaComprobante.codigo,
    "MonedaCodigo": ZetaComprobante.moneda,
    "LocalCodigo": ZetaComprobante.local,
    "Numero": ZetaComprobante.numero,
}


class BadFilter(Exception):
    """A filter that is missing or is no such thing; says which."""


def month_of(filters: dict[str, Any], settings: Settings, year_name: str) -> tuple[int, int]:
    """Year and month, the year by its name or, for ``both``, by either. Raises BadFilter, also for another spelling."""
    month = str(filters.get("Mes") or "")
    year = next((filters[name] for name in ("Anio", "Año") if year_name in (name, "both") and name in filters), "")
    forms = {"padded": len(month) == 2, "bare": not month.startswith("0"), "both": True}
    if not (month.isdecimal() and 1 <= int(month) <= 12 and forms[settings.month]):
        raise BadFilter("Mes: es obligatorio o no es válido")
    if not (str(year).isdecimal() and len(str(year)) == 4):
        raise BadFilter("Año: es obligatorio o no es válido")
    return int(year), int(month)


def sales_query(data: dict[str, Any], settings: Settings) -> Period:
    """What QueryVentas is asked for: a period inside the month, and conditions."""
    filters = _filters(data)
    year, month = month_of(filters, settings, settings.year)
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    since = _day(filters, "FechaDesde", "%Y-%m-%d") or first
    until = _day(filters, "FechaHasta", "%Y-%m-%d") or last
    if not first <= since <= until <= last:
        raise BadFilter("FechaDesde, FechaHasta: deben estar dentro del mes informado")
    conditions = [ZetaComprobante.fecha.between(since, until), *_usual(filters)]
    series = filters.get("DocSerie") or filters.get("Serie")
    if series:
        conditions.append(ZetaComprobante.serie == series)
    if (number := _number(filters, "NumeroDesde")) is not None:
        conditions.append(ZetaComprobante.numero >= number)
    if (number := _number(filters, "NumeroHasta")) is not None:
        conditions.append(ZetaComprobante.numero <= number)
    return since, until, conditions


def pending_balances(data: dict[str, Any], today: date) -> Period:
    """What QuerySaldosPendientes is asked for: credit sales and notes with a balance."""
    filters = _filters(data)
    if filters.get("Id"):
        raise BadFilter("Id: debe enviarse vacío")
    until = _day(filters, "FechaHasta", "%Y%m%d") or today
    since = _day(filters, "FechaDesde", "%Y%m%d") or until - timedelta(days=90)
    conditions = [
        ZetaComprobante.tipo.in_((CREDIT_SALE, CREDIT_NOTE)),
        ZetaComprobante.saldo > 0,
        ZetaComprobante.fecha.between(since, until),
        *_usual(filters),
    ]
    if filters.get("Serie"):
        conditions.append(ZetaComprobante.serie == filters["Serie"])
    least = _number(filters, "SaldoDesde") or 0
    most = _number(filters, "SaldoHasta")
    if least:
        conditions.append(ZetaComprobante.saldo >= least * 100)
        if most:
            conditions.append(ZetaComprobante.saldo <= most * 100)
    issued = filters.get("Emitido") or ""
    if issued not in ("", "S", "N"):
        raise BadFilter("Emitido: valores admitidos S, N o vacío")
    if issued:
        conditions.append(ZetaComprobante.emitido == (issued == "S"))
    return since, until, conditions


def receipts_query(data: dict[str, Any]) -> Period:
    """What Recibos de Cobranza is asked for: a period inside a year, issued ones or the others."""
    filters = _filters(data)
    year = str(filters.get("Anio") or "")
    if not (year.isdecimal() and len(year) == 4):
        raise BadFilter("Anio: es obligatorio o no es válido")
    first, last = date(int(year), 1, 1), date(int(year), 12, 31)
    since = _day(filters, "FechaDesde", "%Y-%m-%d") or first
    until = _day(filters, "FechaHasta", "%Y-%m-%d") or last
    if not first <= since <= until <= last:
        raise BadFilter("FechaDesde, FechaHasta: deben estar dentro del año informado")
    if filters.get("Emitido") not in ("S", "N"):
        raise BadFilter("Emitido: es obligatorio, S o N")
    conditions = [
        ZetaComprobante.tipo == RECEIPT,
        ZetaComprobante.fecha.between(since, until),
        ZetaComprobante.emitido == (filters["Emitido"] == "S"),
        *_usual(filters),
    ]
    return since, until, conditions


def sales_of_month(data: dict[str, Any]) -> Conditions:
    """The currency that Ventas is asked for, if any."""
    currency = _number(data, "Moneda")
    return [ZetaComprobante.moneda == currency] if currency else []


def page_number(data: dict[str, Any]) -> int:
    """Page, from 1."""
    page = str(data.get("Page") or "")
    if not (page.isdecimal() and 1 <= int(page) <= 99):
        raise BadFilter("Page: es obligatorio")
    return int(page)


def invoice_id(data: dict[str, Any]) -> int:
    """FacturaId, also called RegistroId."""
    number = str(data.get("FacturaId", data.get("RegistroId", "")))
    if not (number.isdecimal() and len(number) <= 9):
        raise BadFilter("FacturaId: es obligatorio")
    return int(number)


def _filters(data: dict[str, Any]) -> dict[str, Any]:
    filters = data.get("Filters", {})
    if not isinstance(filters, dict):
        raise BadFilter("Filters: se espera un objeto")
    return filters


def _usual(filters: dict[str, Any]) -> Conditions:
    conditions = [
        column == number for name, column in NUMBERS.items() if (number := _number(filters, name)) is not None
    ]
    if filters.get("ClienteCodigo"):
        conditions.append(ZetaComprobante.cliente == filters["ClienteCodigo"])
    return conditions


def _number(filters: dict[str, Any], name: str) -> int | None:
    if name not in filters:
        return None
    if not str(filters[name]).isdecimal():  # an empty text is no number here
        raise BadFilter(f"{name}: no es un número")
    return int(filters[name])


def _day(filters: dict[str, Any], name: str, form: str) -> date | None:
    if not filters.get(name):
        return None
    try:
        return datetime.strptime(str(filters[name]), form).date()
    except ValueError:
        raise BadFilter(f"{name}: no es una fecha") from None

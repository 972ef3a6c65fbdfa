"""The fields that Agregar takes, with their types and lengths as the document writes them (``zeta.seed.txt``)."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

HEADER = {
    "CodigoComprobante": "N(3)",
    "Serie": "T(6)",
    "Numero": "N(10)",
    "Fecha": "AAAAMMDD",
    "CodigoMoneda": "N(2)",
    "Cotizacion": "N(7.7)",
    "CodigoCliente": "T(10)",
    "CodigoVendedor": "T(3)",
    "CodigoPrecio": "N(3)",
    "CodigoCondicionPago": "N(3)",
    "CodigoDepositoOrigen": "N(3)",
    "CodigoDepositoDestino": "N(3)",
    "FechaEntrega": "AAAAMMDD",
    "CodigoCentroCosto": "T(10)",
    "CodigoReferencia": "N(10)",
    "Notas": "T(30)",
    "TotalRecibo": "N(10.2)",
    "CodigoLocal": "N(3)",
    "CodigoUsuario": "N(3)",
    "CodigoCaja": "N(3)",
}
"""CodigoCliente is N(10) in the document's list and T(10) in all its filters and in practice: text is taken."""

OCCASIONAL = {
    "ClienteNombre": "T(100)",
    "ClienteTipoDocumento": "T(1)",
    "ClientePais": "T(3)",
    "ClienteDocumento": "T(30)",
    "ClienteDireccion": "T(100)",
    "ClienteDepartamento": "T(50)",
    "ClienteCiudad": "T(50)",
    "ClienteCP": "N(10)",
    "ClienteTelefono": "T(30)",
    "ClienteSucursal": "N(3)",
    "ClienteEmail": "T(50)",
    "ClienteEntrega": "T(100)",
}

LINE = {
    "CodigoArticulo": "T(20)",
    "Concepto": "T(50)",
    "CodigoLote": "T(20)",
    "Vencimiento": "AAAAMMDD",
    "Cantidad": "N(17.5)",
    "PrecioUnitario": "N(17.5)",
    "Descuento1": "N(5.2)",
    "Descuento2": "N(5.2)",
    "Descuento3": "N(5.2)",
    "CodigoIVA": "N(2)",
    "Notas": "T(1000)",
}

PAYMENT = {
    "CodigoFormaPago": "N(3)",
    "CodigoMonedaPago": "N(2)",
    "MontoMonedaPago": "N(17.2)",
    "MontoMonedaMovimiento": "N(17.2)",
    "CodigoComprobante": "N(3)",
    "Serie": "T(6)",
    "Numero": "N(10)",
    "FechaEmision": "AAAAMMDD",
    "FechaVencimiento": "AAAAMMDD",
    "Concepto": "T(50)",
    "CodigoCaja": "N(3)",
    "CodigoBancoFinanciera": "N(3)",
    "CodigoCtaBancaria": "N(3)",
    "Titular": "T(50)",
    "NumeroTarjeta": "T(20)",
    "AutorizacionTarjeta": "T(20)",
    "PlanTarjeta": "T(20)",
}
"""The document gives no lengths for the fields from CodigoBancoFinanciera on; these are this site's."""


def objections(values: dict[str, Any], fields: dict[str, str], place: str = "") -> Iterator[str]:
    """What is wrong with an object's fields: unknown ones, and values that do not fit their type."""
    for name, value in values.items():
        if name not in fields:
            yield f"{place}{name}: campo desconocido"
        elif (reason := _objection(value, fields[name])) is not None:
            yield f"{place}{name}: {reason}"


def number(value: Any) -> Decimal:
    """A number, or its text; zero where it is none."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def _objection(value: Any, kind: str) -> str | None:
    if kind == "AAAAMMDD":
        return None if _is_date(value) else f"{value!r} no es una fecha {kind}"
    letter, whole, decimals = re.fullmatch(r"(N|T)\((\d+)(?:\.(\d))?\)", kind).groups()
    if letter == "T":
        fits = isinstance(value, str) and len(value) <= int(whole)
        return None if fits else f"no es un texto de hasta {whole} caracteres"
    fits = not isinstance(value, bool) and re.fullmatch(
        rf"\d{{1,{whole}}}(\.\d{{0,{decimals}}}0*)?" if decimals else rf"\d{{1,{whole}}}", str(value)
    )
    return None if fits else f"{str(value)[:30]!r} no es un número {kind}"


def _is_date(value: Any) -> bool:
    try:
        return bool(re.fullmatch(r"\d{8}", str(value)) and datetime.strptime(str(value), "%Y%m%d"))
    except ValueError:
        return False

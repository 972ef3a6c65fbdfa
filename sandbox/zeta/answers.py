"""The rows that Zeta's methods answer, with every field of the document (``zeta.seed.txt``), types mixed as in life."""

from decimal import Decimal
from typing import Any

from sandbox.zeta import catalogue
from sandbox.zeta.catalogue import CENTROS, CFES, COMPROBANTES, CONDICIONES, DEPOSITOS, TIPOS, USUARIOS, VENDEDORES
from sandbox.zeta.model import ZetaComprobante, ZetaLinea

Row = dict[str, Any]

STRANGE = catalogue.Moneda("¤", "Otra")
OF_A_LINE = frozenset(
    {
        "ArticuloCodigo",
        "ArticuloNombre",
        "MarcaCodigo",
        "MarcaNombre",
        "CategoriaArticuloCodigo",
        "CategoriaArticuloNombre",
        "FamiliaCodigo",
        "FamiliaNombre",
        "ProveedorArticuloCodigo",
        "ProveedorArticuloNombre",
        "ConceptoCodigo",
        "ConceptoNombre",
        "LineaConcepto",
        "LineaLoteCodigo",
        "LineaLoteVencimiento",
        "LineaCantidad",
        "LineaPrecioDigitado",
        "LineaPrecio",
        "LineaDtoPorcentaje1",
        "LineaDtoPorcentaje2",
        "LineaDtoPorcentaje3",
        "IVACodigo",
        "IVATasa",
        "IVANombre",
        "IVATipo",
        "LineaPendienteRemision",
        "LineaDescuentos",
        "LineaSubtotal",
        "LineaIVA",
        "LineaTotal",
    }
)
"""The fields of a line; all others of its row are its sale's."""

IN_QUERIES = {"FacturaId": "RegistroId", "CodigoCaja": "CajaCodigo"}
IN_SALES = {"CodigoCaja": "CajaCodigo"}
"""Fields of the queries, and of the other methods, by the name that they have in practice."""


def query_ventas(voucher: ZetaComprobante) -> Row:
    """A row of QueryVentas: amounts are text, unsigned and signed."""
    kind, client = COMPROBANTES[voucher.codigo], _client(voucher)
    currency = catalogue.MONEDAS.get(voucher.moneda, STRANGE)
    return {
        "FacturaId": voucher.pk,
        "Fecha": voucher.fecha.isoformat(),
        "ComprobanteCodigo": voucher.codigo,
        "ComprobanteNombre": kind.nombre,
        "ComprobanteTipo": voucher.tipo,
        "ComprobanteTipoNombre": TIPOS[voucher.tipo],
        "EsCFE": "S" if kind.cfe else "N",
        "TipoDeCFECodigo": kind.cfe or 0,
        "TipoCFENombre": CFES.get(kind.cfe, ""),
        "Serie": voucher.serie,
        "Numero": str(voucher.numero),
        "ClienteCodigo": voucher.cliente,
        "ClienteNombre": client.nombre,
        "ClienteRazonSocial": client.razon_social,
        "ClientePaisCodigo": client.pais[0],
        "ClientePaisNombre": client.pais[1],
        "ClienteDepartamentoCodigo": client.departamento[0],
        "ClienteDepartamentoNombre": client.departamento[1],
        "ClienteGrupoCodigo": "1",
        "ClienteGrupoNombre": "Público",
        "ClienteGiroCodigo": "",
        "ClienteGiroNombre": "",
        "ClienteZonaCodigo": "S",
        "ClienteZonaNombre": "Sur",
        "ClienteCategoriaCodigo": client.categoria[0],
        "ClienteCategoriaNombre": client.categoria[1],
        "MonedaCodigo": voucher.moneda,
        "MonedaSimbolo": currency.simbolo,
        "CotizacionEspecial": "0.0000000",
        "PrecioVentaCodigo": voucher.precio,
        "PrecioVentaNombre": catalogue.PRECIOS[voucher.precio],
        "CondicionCodigo": voucher.condicion,
        "CondicionNombre": CONDICIONES.get(voucher.condicion, ""),
        "VendedorCodigo": voucher.vendedor,
        "VendedorNombre": VENDEDORES.get(voucher.vendedor, ""),
        **_place(voucher),
        "CentroCostosCodigo": voucher.centro,
        "CentroCostosNombre": CENTROS.get(voucher.centro, ""),
        "Referencia": voucher.referencia or 0,
        **_deposits(voucher),
        **_amounts("Subtotal", voucher.subtotal, voucher.tipo),
        **_amounts("IVA", voucher.iva, voucher.tipo),
        **_amounts("Total", voucher.total, voucher.tipo),
        **_amounts("Saldo", voucher.saldo, voucher.tipo),
        "Emitido": _yes(voucher.emitido),
        "Notas": voucher.notas,
        "UsuarioCodigo": voucher.usuario,
        "UsuarioNombre": USUARIOS.get(voucher.usuario, ""),
        "RegistroFecha": f"{voucher.registro:%Y-%m-%d}",
        "RegistroHora": f"{voucher.registro:%H:%M:%S}",
    }


def saldos_pendientes(voucher: ZetaComprobante) -> Row:
    """A row of QuerySaldosPendientes."""
    kind, client = COMPROBANTES[voucher.codigo], _client(voucher)
    currency = catalogue.MONEDAS.get(voucher.moneda, STRANGE)
    return {
        "RegistroId": voucher.pk,
        "ComprobanteCodigo": voucher.codigo,
        "ComprobanteAbreviacion": kind.abreviacion,
        "ComprobanteNombre": kind.nombre,
        "ComprobanteTipo": voucher.tipo,
        "ComprobanteTipoNombre": TIPOS[voucher.tipo],
        "ClienteCodigo": voucher.cliente,
        "ClienteNombre": client.nombre,
        "ClienteRazonSocial": client.razon_social,
        "Fecha": voucher.fecha.isoformat(),
        "Serie": voucher.serie,
        "Numero": str(voucher.numero),
        "MonedaCodigo": voucher.moneda,
        "MonedaSimbolo": currency.simbolo,
        "MonedaNombre": currency.nombre,
        "CondicionCodigo": voucher.condicion,
        "CondicionNombre": CONDICIONES.get(voucher.condicion, ""),
        "LocalCodigo": voucher.local,
        "LocalNombre": _local(voucher),
        **_amounts("Total", voucher.total, voucher.tipo),
        **_amounts("Saldo", voucher.saldo, voucher.tipo),
        "Emitido": _yes(voucher.emitido),
        "Notas": voucher.notas,
    }


def ventas(voucher: ZetaComprobante, moneda: int | None = None) -> Row:
    """A row of Ventas: amounts are numbers without sign. In another currency, if one is given."""
    kind, client = COMPROBANTES[voucher.codigo], _client(voucher)
    shown = moneda or voucher.moneda
    return {
        "FacturaId": voucher.pk,
        "FacturaFecha": f"{voucher.fecha.isoformat()}T00:00:00",
        "FacturaDia": voucher.fecha.day,
        "FacturaMes": voucher.fecha.month,
        "FacturaAnio": voucher.fecha.year,
        "MonedaCodigo": shown,
        "MonedaSimbolo": catalogue.MONEDAS.get(shown, STRANGE).simbolo,
        "Cotizacion": f"{Decimal(voucher.cotizacion).scaleb(-4):.7f}",
        "ComprobanteCodigo": voucher.codigo,
        "ComprobanteNombre": kind.nombre,
        "ComprobanteTipo": voucher.tipo,
        "ComprobanteCFE": _yes(kind.cfe is not None),
        "FacturaSigno": catalogue.SALES[voucher.tipo],
        "FacturaSerie": voucher.serie,
        "FacturaNumero": voucher.numero,
        "FacturaSerieNumero": f"{voucher.serie}-{voucher.numero}",
        "LocalCodigo": voucher.local,
        "LocalNombre": _local(voucher),
        **_deposits(voucher),
        "CodigoCaja": voucher.caja,
        "CajaNombre": _caja(voucher),
        "VendedorCodigo": voucher.vendedor,
        "VendedorNombre": VENDEDORES.get(voucher.vendedor, ""),
        "CondicionPagoCodigo": voucher.condicion,
        "CondicionPagoNombre": CONDICIONES.get(voucher.condicion, ""),
        "PrecioCodigo": voucher.precio,
        "PrecioNombre": catalogue.PRECIOS[voucher.precio],
        "FacturaReferencia": str(voucher.referencia or ""),
        "CentroCostosCodigo": voucher.centro,
        "CentroCostosNombre": CENTROS.get(voucher.centro, ""),
        "UsuarioCodigo": voucher.usuario,
        "UsuarioNombre": USUARIOS.get(voucher.usuario, ""),
        "FacturaRegistroFecha": f"{voucher.registro:%Y-%m-%d}",
        "FacturaRegistroHora": f"{voucher.registro:%H:%M:%S}",
        "ClienteCodigo": voucher.cliente,
        "ClienteNombre": client.nombre,
        "ClienteRazonSocial": client.razon_social,
        "GrupoCodigo": "1",
        "GrupoNombre": "Público",
        "GiroCodigo": "",
        "GiroNombre": "",
        "OrigenCodigo": "",
        "OrigenNombre": "",
        "PaisCodigo": client.pais[0],
        "PaisNombre": client.pais[1],
        "DepartamentoCodigo": client.departamento[0],
        "DepartamentoNombre": client.departamento[1],
        "ZonaCodigo": "S",
        "ZonaNombre": "Sur",
        "CategoriaCodigo": client.categoria[0],
        "CategoriaNombre": client.categoria[1],
        "FacturaDescuentos": _number(voucher.descuentos, voucher, shown),
        "FacturaSubtotal": _number(voucher.subtotal, voucher, shown),
        "FacturaIVA": _number(voucher.iva, voucher, shown),
        "FacturaTotal": _number(voucher.total, voucher, shown),
        "FacturaSaldo": _number(voucher.saldo, voucher, shown),
        "FacturaEmitida": _yes(voucher.emitido),
    }


def ventas_detalladas(voucher: ZetaComprobante, line: ZetaLinea, moneda: int | None = None) -> Row:
    """A row of VentasDetalladas or VentaDetallada: one line, with its voucher's fields before its own."""
    shown = moneda or voucher.moneda
    article = catalogue.ARTICULOS.get(line.articulo)
    _, iva_name, iva_type = catalogue.TASAS[line.iva_codigo]
    return ventas(voucher, moneda) | {
        "ArticuloCodigo": line.articulo,
        "ArticuloNombre": article.nombre if article else "",
        "MarcaCodigo": article.marca[:3].upper() if article else "",
        "MarcaNombre": article.marca if article else "",
        "CategoriaArticuloCodigo": article.categoria[:3].upper() if article else "",
        "CategoriaArticuloNombre": article.categoria if article else "",
        "FamiliaCodigo": article.familia[:3].upper() if article else "",
        "FamiliaNombre": article.familia if article else "",
        "ProveedorArticuloCodigo": "",
        "ProveedorArticuloNombre": "",
        "ConceptoCodigo": "" if article else "1",
        "ConceptoNombre": "" if article else line.concepto,
        "LineaConcepto": line.concepto,
        "LineaLoteCodigo": line.lote,
        "LineaLoteVencimiento": line.vencimiento.isoformat() if line.vencimiento else "0000-00-00",
        "LineaCantidad": float(Decimal(line.cantidad).scaleb(-5)),
        "LineaPrecioDigitado": _number(line.digitado, voucher, shown, places=5),
        "LineaPrecio": _number(line.precio, voucher, shown, places=5),
        "LineaDtoPorcentaje1": float(Decimal(line.dto1).scaleb(-2)),
        "LineaDtoPorcentaje2": float(Decimal(line.dto2).scaleb(-2)),
        "LineaDtoPorcentaje3": float(Decimal(line.dto3).scaleb(-2)),
        "IVACodigo": line.iva_codigo,
        "IVATasa": f"{line.tasa}.00",
        "IVANombre": iva_name,
        "IVATipo": iva_type,
        "LineaPendienteRemision": 0,
        "LineaDescuentos": _number(line.descuentos, voucher, shown),
        "LineaSubtotal": _number(line.subtotal, voucher, shown),
        "LineaIVA": _number(line.iva, voucher, shown),
        "LineaTotal": _number(line.total, voucher, shown),
    }


def recibo(voucher: ZetaComprobante) -> Row:
    """A row of Recibos de Cobranza: it names no rate, and whether money came in by its sign."""
    return {
        "RegistroId": voucher.pk,
        "ComprobanteCodigo": voucher.codigo,
        "ClienteCodigo": voucher.cliente,
        "Fecha": voucher.fecha.isoformat(),
        "Serie": voucher.serie,
        "Numero": str(voucher.numero),
        "MonedaCodigo": voucher.moneda,
        "CobradorCodigo": voucher.vendedor,
        "CajaCodigo": voucher.caja,
        "LocalCodigo": voucher.local,
        "Total": f"{abs(Decimal(voucher.total)).scaleb(-2):.2f}",
        "TotalSigno": f"{Decimal(voucher.total).scaleb(-2):.2f}",
        "Saldo": "0.00",
        "Emitido": _yes(voucher.emitido),
    }


def nested(rows: list[Row], header: list[str]) -> list[Row]:
    """Rows of lines as rows of sales, with the lines in each (``Lineas``)."""
    return [
        {name: own[0][name] for name in header}
        | {"Lineas": [{name: value for name, value in row.items() if name not in header} for row in own]}
        for own in _by_sale(rows).values()
    ]


def sections(rows: list[Row], header: list[str]) -> Row:
    """Rows of lines as two sections; a line names its sale, and nothing else of it."""
    return {
        "Encabezado": [{name: own[0][name] for name in header} for own in _by_sale(rows).values()],
        "Lineas": [
            {name: value for name, value in row.items() if name == "FacturaId" or name not in header} for row in rows
        ],
    }


def _by_sale(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["FacturaId"], []).append(row)
    return found


def _amounts(name: str, cents: int, tipo: int) -> Row:
    amount = Decimal(cents).scaleb(-2)
    return {name: f"{amount:.2f}", f"{name}Signo": f"{amount * catalogue.SALES[tipo]:.2f}"}


def _number(value: int, voucher: ZetaComprobante, shown: int, places: int = 2) -> float:
    """As a JSON number, in the currency that is shown, by the voucher's own rate."""
    amount = Decimal(value).scaleb(-places)
    if shown != voucher.moneda:
        dollar = Decimal(voucher.cotizacion if voucher.moneda == catalogue.USD else catalogue.rate(voucher.fecha))
        amount = round(amount * dollar / 10_000 if shown == catalogue.UYU else amount * 10_000 / dollar, places)
    return float(amount)


def _place(voucher: ZetaComprobante) -> Row:
    return {
        "LocalCodigo": voucher.local,
        "LocalNombre": _local(voucher),
        "CodigoCaja": voucher.caja,
        "CajaNombre": _caja(voucher),
    }


def _deposits(voucher: ZetaComprobante) -> Row:
    return {
        "DepositoOrigenCodigo": voucher.deposito_origen,
        "DepositoOrigenNombre": DEPOSITOS.get(voucher.deposito_origen, ""),
        "DepositoDestinoCodigo": voucher.deposito_destino,
        "DepositoDestinoNombre": DEPOSITOS.get(voucher.deposito_destino, ""),
    }


def _client(voucher: ZetaComprobante) -> catalogue.Cliente:
    return catalogue.CLIENTES[voucher.cliente]


def _local(voucher: ZetaComprobante) -> str:
    return catalogue.EMPRESAS[voucher.empresa][voucher.local][0]


def _caja(voucher: ZetaComprobante) -> str:
    return catalogue.EMPRESAS[voucher.empresa][voucher.local][1].get(voucher.caja, "")


def _yes(is_so: bool) -> str:
    return "S" if is_so else "N"

"""Rows and sessions as SGA answers them (sga.seed.md), with every field, for tests to bend."""

from typing import Any

INVOICE = "001-002-000000123"


def payment(formaPagoId: Any = 1, pagoValor: Any = 10, **fields: Any) -> dict[str, Any]:
    """A row of PAGOS."""
    row = {
        "facturaNumero": INVOICE,
        "inscripcionNombre": "Ana Núñez O'Higgins",
        "clienteRuc": "0912345678",
        "clienteTelefono": "0999123456",
        "clienteDireccion": "Av. Quito y Vélez",
        "carreraId": 21,
        "carreraNombre": "ENFERMERIA",
        "formaPagoId": formaPagoId,
        "formaPagoNombre": f"FORMA {formaPagoId}",
        "formaPagoCodigo": "01",
        "pagoValor": pagoValor,
        "rubroNombre": "CUOTA 3",
        "descPromo": 0,
        "descBeca": 0,
        "esFraude": False,
        "tipoRubroId": 3,
        "tipoRubroDescripcion": "CUOTA",
    }
    return row | fields


def credit_note(ncValor: Any = 10, ncId: Any = 501, **fields: Any) -> dict[str, Any]:
    """A row of NC."""
    row = {
        "ncId": ncId,
        "ncValor": ncValor,
        "ncFecha": "2024-09-06",
        "ncTipoId": 2,
        "ncTipoDescripcion": "DEVOLUCION",
        "inscripcionCedula": "0912345678",
        "inscripcionNombre": "Ana Núñez O'Higgins",
        "carreraId": 21,
        "carreraNombre": "ENFERMERIA",
        "facturaId": 9001,
        "facturaNumero": INVOICE,
        "facturaFecha": "2024-08-30",
        "esFraude": False,
    }
    return row | fields


def receipt(rcValorInicial: Any = 10, formaPagoId: Any = 1, rcId: Any = 701, **fields: Any) -> dict[str, Any]:
    """A row of RC."""
    row = {
        "rcId": rcId,
        "rcValorInicial": rcValorInicial,
        "rcFecha": "2024-09-06",
        "inscripcionCedula": "0912345678",
        "inscripcionNombre": "Ana Núñez O'Higgins",
        "carreraId": 21,
        "carreraNombre": "ENFERMERIA",
        "formaPagoId": formaPagoId,
        "formaPagoCodigo": "01" if formaPagoId else "",
    }
    return row | fields


def session(payments: Any = (), notes: Any = (), receipts: Any = ()) -> dict[str, list[Any]]:
    """A session of a cash box, with its three lists."""
    return {"PAGOS": list(payments), "NC": list(notes), "RC": list(receipts)}

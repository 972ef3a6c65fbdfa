"""Agregar at the sandbox: what it takes, what it refuses, and what then stands in the books."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from sandbox.zeta.fields import HEADER, LINE, OCCASIONAL, PAYMENT

FIELDS = json.loads((Path(__file__).parents[1] / "hooks" / "zeta" / "fields.json").read_text(encoding="utf-8"))
LOGIN = {
    "DesarrolladorCodigo": "cierre",
    "DesarrolladorClave": "sandbox",
    "EmpresaCodigo": "ITBUY",
    "EmpresaClave": "sandbox",
    "RolCodigo": "1",
}
MONTH = {"Mes": "09", "Anio": "2024"}
LINEA = {"CodigoArticulo": "PAP-100", "Cantidad": 2, "PrecioUnitario": 61, "CodigoIVA": 2}
PAGO = {
    "CodigoFormaPago": 1,
    "CodigoMonedaPago": 1,
    "MontoMonedaPago": 122,
    "MontoMonedaMovimiento": 122,
    "CodigoCaja": 1,
}
VENTA = {
    "CodigoComprobante": 703,
    "Fecha": "20240906",
    "CodigoMoneda": 1,
    "CodigoReferencia": 77,
    "Lineas": [LINEA],
    "FormasPago": [PAGO],
}


@pytest.fixture
def call(sandbox):
    sandbox.zeta.set(now=datetime(2024, 9, 6, 15, tzinfo=UTC))

    def call(method: str, data: dict) -> dict:
        body = {f"{method}In": {"Connection": LOGIN, "Data": data}}
        answer = requests.post(f"{sandbox.url}/zeta/rest/APIs/RESTFacturaClienteV4{method}", json=body, timeout=10)
        return answer.json()[f"{method}Out"]

    return call


@pytest.fixture
def add(call):
    def add(movement: object) -> dict:
        out = call("Agregar", {"Movimiento": movement})
        assert out["Succeed"]  # what a refusal says stands inside
        return out["Response"]

    return add


def test_the_fields_are_those_of_the_document():
    assert FIELDS["Agregar"]["header"].keys() == HEADER.keys()
    assert FIELDS["Agregar"]["occasional"] == OCCASIONAL
    assert FIELDS["Agregar"]["lines"].keys() == LINE.keys()
    assert PAYMENT.keys() == {*FIELDS["Agregar"]["payments"], *FIELDS["Agregar"]["payment_document"]}


def test_an_electronic_voucher_has_no_number_until_a_person_issues_it(sandbox, call, add):
    assert add(VENTA) == {"Succeed": True, "Mensaje": "", "Resultado": "OK"}
    query = {
        "Page": 1,
        "Filters": {"Mes": "09", "Anio": "2024", "FechaDesde": "2024-09-06", "FechaHasta": "2024-09-06"},
    }

    def added() -> dict:
        (row,) = [row for row in call("QueryVentas", query)["Response"] if row["Referencia"] == 77]
        return row

    row = added()
    assert (row["Numero"], row["Serie"], row["Emitido"], row["Total"]) == ("0", "", "N", "122.00")
    assert call("URLPDF", {"FacturaId": row["RegistroId"]})["Response"]["MensajeError"]
    sandbox.zeta.change(row["RegistroId"], issue=True)
    assert added()["Emitido"] == "S"
    assert call("URLPDF", {"FacturaId": row["RegistroId"]})["Response"]["URLComprobante"]


def test_a_plain_voucher_is_numbered_at_once(call, add):
    add(VENTA | {"CodigoComprobante": 710})
    (row,) = [
        row for row in call("Ventas", {"Mes": "09", "Anio": "2024"})["Response"]["Ventas"] if row["FacturaReferencia"]
    ]
    assert (row["FacturaSerie"], row["FacturaNumero"], row["FacturaEmitida"]) == ("B", 1, "S")


def test_what_is_sent_twice_stands_there_twice(sandbox, add):
    add(VENTA)
    add(VENTA)
    assert len(sandbox.zeta.added("ITBUY", 77)) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"CodigoComprobante": None}, "CodigoComprobante: es obligatorio"),
        ({"CodigoComprobante": 999}, "CodigoComprobante: no existe"),
        ({"Fecha": "2024-09-06"}, "Fecha: '2024-09-06' no es una fecha"),
        ({"Fecha": ""}, "Fecha: es obligatorio"),
        ({"CodigoMoneda": 3}, "CodigoMoneda: no existe"),
        ({"CodigoCliente": "X"}, "CodigoCliente: no existe"),
        ({"CodigoLocal": 9}, "CodigoLocal, CodigoCaja: no existen"),
        ({"Numero": ""}, "Numero: '' no es un número N(10)"),
        ({"Serie": "SERIE77"}, "Serie: no es un texto de hasta 6"),
        ({"CodigoCondicionPago": 2}, "CodigoCondicionPago: aplica solo a venta crédito"),
        ({"TotalRecibo": 1}, "TotalRecibo: solo y siempre para recibos"),
        ({"Inventado": 1}, "Inventado: campo desconocido"),
        ({"Notas": "#CUENTAAJENA"}, "ClienteCiudad: es obligatorio en una venta por cuenta ajena"),
        ({"ClienteTipoDocumento": "X"}, "ClienteTipoDocumento: valor no aceptado"),
        ({"ClienteDocumento": "1.2-3"}, "ClienteDocumento: sin puntos"),
        ({"Lineas": []}, "Lineas: falta al menos una"),
        ({"Lineas": [LINEA | {"Cantidad": 0}]}, "Lineas[0].Cantidad: debe ser mayor a cero"),
        ({"Lineas": [LINEA | {"Cantidad": "1.234567"}]}, "no es un número N(17.5)"),
        ({"Lineas": [LINEA | {"CodigoIVA": 9}]}, "Lineas[0].CodigoIVA: no existe"),
        ({"Lineas": [LINEA | {"CodigoArticulo": "X"}]}, "Lineas[0].CodigoArticulo: no existe"),
        ({"Lineas": [LINEA | {"CodigoArticulo": "FAR-001"}]}, "CodigoLote, Vencimiento: son obligatorios"),
        ({"FormasPago": []}, "FormasPago: falta al menos una"),
        ({"FormasPago": [PAGO | {"CodigoFormaPago": 9}]}, "FormasPago[0].CodigoFormaPago: no existe"),
        ({"FormasPago": [PAGO | {"CodigoFormaPago": 2}]}, "CodigoBancoFinanciera: es obligatorio"),
        ({"FormasPago": [PAGO | {"MontoMonedaMovimiento": 121}]}, "FormasPago: suman 121, el movimiento 122"),
        ({"Lineas": [LINEA | {"PrecioUnitario": 20_000}], "FormasPago": []}, "FormasPago: falta"),
    ],
)
def test_a_movement_that_is_wrong_is_refused_and_nothing_is_kept(sandbox, add, changes, said):
    movement = {name: value for name, value in (VENTA | changes).items() if value is not None}
    response = add(movement)
    assert (response["Succeed"], response["Resultado"]) == (False, "Error")
    assert said in response["Mensaje"]
    assert sandbox.zeta.added("ITBUY", 77) == []


def test_a_movement_in_a_list_is_refused(add):
    assert "debe ser un objeto" in add([VENTA])["Mensaje"]


def test_a_dear_sale_demands_the_customers_document(add):
    dear = VENTA | {
        "Lineas": [LINEA | {"PrecioUnitario": 20_000}],
        "FormasPago": [PAGO | {"MontoMonedaPago": 40_000, "MontoMonedaMovimiento": 40_000}],
    }
    assert "ClienteDocumento: es obligatorio" in add(dear)["Mensaje"]
    assert add(dear | {"ClienteDocumento": "12345678"})["Succeed"]


@pytest.mark.parametrize(("decimals", "total"), [(0, 33), (2, 33.33)])
def test_totals_are_rounded_as_the_currency_says(sandbox, add, decimals, total):
    sandbox.zeta.set(decimals={1: decimals})
    paid = PAGO | {"MontoMonedaPago": total, "MontoMonedaMovimiento": total}
    assert add(VENTA | {"Lineas": [LINEA | {"Cantidad": 3, "PrecioUnitario": 11.11}], "FormasPago": [paid]})["Succeed"]

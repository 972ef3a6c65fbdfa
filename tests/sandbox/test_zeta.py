"""Zeta's stand-in answers as the document and the field notes say."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import requests

from sandbox.vendor import Options, Request
from sandbox.zeta.api import Zeta
from sandbox.zeta.settings import Profile, Traps

NIGHT = datetime(2024, 9, 7, 5, tzinfo=UTC)
DAY = date(2024, 9, 6)
LOGIN = {
    "DesarrolladorCodigo": "cierre",
    "DesarrolladorClave": "sandbox",
    "EmpresaCodigo": "ITBUY",
    "EmpresaClave": "sandbox",
    "RolCodigo": "1",
}
MONTH = {"Mes": "09", "Anio": "2024"}


@pytest.fixture
def zeta(sandbox):
    """Calls a method with its Data; gives what stands in ``<method>Out``."""
    sandbox.zeta.set(now=NIGHT)
    sandbox.zeta.set_profile(Profile(sales=(1, 2)))

    def call(method: str, data: dict, **login: str) -> dict:
        answer = post(sandbox, method, {f"{method}In": {"Connection": LOGIN | login, "Data": data}})
        assert answer.status_code == 200
        return answer.json()[f"{method}Out"]

    return call


def post(sandbox, method: str, body: object) -> requests.Response:
    return requests.post(f"{sandbox.url}/zeta/rest/APIs/RESTFacturaClienteV4{method}", json=body, timeout=10)


def query(page: int = 1, **filters) -> dict:
    return {"Page": page, "Filters": {**MONTH, **filters}}


@pytest.mark.parametrize("body", [{}, {"VentasIn": {}}, {"QueryIn": {"Connection": {}, "Data": {}}}, [], "text", None])
def test_a_wrong_root_is_400(sandbox, body):
    answer = post(sandbox, "Ventas", body)
    assert (answer.status_code, answer.json()) == (400, {"error": {"code": 400, "message": "Bad Request"}})


@pytest.mark.parametrize("method", ["Venta", "", "agregar"])
def test_an_unknown_method_is_404(sandbox, method):
    answer = post(sandbox, method, {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ({"DesarrolladorClave": "x"}, 1),
        ({"EmpresaCodigo": "X"}, 2),
        ({"EmpresaClave": "x"}, 2),
        ({"RolCodigo": "9"}, 3),
    ],
)
def test_who_is_not_let_in_is_told_in_the_answer(zeta, login, code):
    out = zeta("Ventas", MONTH, **login)
    assert (out["Succeed"], out["Error"]["Code"]) == (False, code)


def test_methods_that_have_an_inner_verdict_give_it(zeta):
    assert zeta("Ventas", MONTH)["Response"].keys() == {"Succeed", "Mensaje", "Ventas"}
    assert zeta("VentasDetalladas", MONTH)["Response"].keys() == {"Succeed", "Mensaje", "VentasDetalladas"}
    assert zeta("VentaDetallada", {"FacturaId": 5})["Response"]["Succeed"] is False


def test_a_query_is_paged_from_one(sandbox, zeta):
    sandbox.zeta.set(page_size=10)
    day = {"FechaDesde": "2024-09-06", "FechaHasta": "2024-09-06"}
    first, second, beyond = (zeta("QueryVentas", query(page, **day)) for page in (1, 2, 9))
    assert (len(first["Response"]), len(second["Response"]), first["IsLastPage"]) == (10, 10, False)
    assert not {row["RegistroId"] for row in first["Response"]} & {row["RegistroId"] for row in second["Response"]}
    assert beyond == {"Succeed": True, "Response": [], "IsLastPage": True, "Error": {"Code": 0, "Message": ""}}


def test_a_page_has_500_rows(sandbox, zeta):
    sandbox.zeta.set_profile(Profile(sales=(60, 60)))
    first, second = zeta("QueryVentas", query()), zeta("QueryVentas", query(2))
    assert len(first["Response"]) == 500
    assert not {row["RegistroId"] for row in first["Response"]} & {row["RegistroId"] for row in second["Response"]}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"Filters": MONTH}, "Page"),
        (query(Mes=""), "Mes"),
        (query(Mes="13"), "Mes"),
        (query(Anio="24"), "Año"),
        (query(FechaDesde="2024-08-31"), "FechaDesde"),
        (query(FechaHasta="2024-10-01"), "FechaHasta"),
        (query(FechaDesde="06/09/2024"), "FechaDesde"),
        (query(NumeroDesde=""), "NumeroDesde"),
        (query(LocalCodigo=""), "LocalCodigo"),
        ({"Page": 1, "Filters": []}, "Filters"),
    ],
)
def test_a_filter_that_is_wrong_is_named(zeta, data, named):
    out = zeta("QueryVentas", data)
    assert out["Succeed"] is False
    assert named in out["Error"]["Message"]


def test_balances_want_an_empty_id(zeta):
    assert zeta("QuerySaldosPendientes", {"Page": 1, "Filters": {"Id": ""}})["Succeed"]
    assert "Id" in zeta("QuerySaldosPendientes", {"Page": 1, "Filters": {"Id": "5"}})["Error"]["Message"]


def test_types_are_mixed_and_credit_notes_are_negative_only_with_their_sign(zeta):
    rows = zeta("QueryVentas", query(ComprobanteCodigo=702))["Response"]
    assert rows
    for row in rows:
        assert isinstance(row["Numero"], str)
        assert isinstance(row["ComprobanteCodigo"], int)
        assert Decimal(row["Total"]) == -Decimal(row["TotalSigno"]) > 0
    notes = [row for row in zeta("Ventas", MONTH)["Response"]["Ventas"] if row["FacturaSigno"] == -1]
    assert notes
    assert all(isinstance(row["FacturaTotal"], float) and row["FacturaTotal"] > 0 for row in notes)


@pytest.mark.parametrize(
    ("charset", "declared", "encoding"),
    [
        ("utf-8", "application/json; charset=utf-8", "utf-8"),
        ("iso-8859-1", "application/json; charset=iso-8859-1", "iso-8859-1"),
        ("undeclared", "application/json", "iso-8859-1"),
    ],
)
def test_the_charset_is_a_switch(sandbox, zeta, charset, declared, encoding):
    sandbox.zeta.set(charset=charset)
    answer = post(sandbox, "Ventas", {"VentasIn": {"Connection": LOGIN, "Data": MONTH}})
    assert answer.headers["Content-Type"] == declared
    assert "Núñez" in answer.content.decode(encoding)


def test_names_follow_practice_or_the_document(sandbox, zeta):
    def names(method: str, data: dict) -> set[str]:
        response = zeta(method, data)["Response"]
        return set((response["Ventas"] if method == "Ventas" else response)[0])

    assert {"RegistroId", "CajaCodigo"} <= names("QueryVentas", query())
    assert {"FacturaId", "CajaCodigo"} <= names("Ventas", MONTH)
    sandbox.zeta.set(names="document")
    assert {"FacturaId", "CodigoCaja"} <= names("QueryVentas", query())
    assert {"FacturaId", "CodigoCaja"} <= names("Ventas", MONTH)


@pytest.mark.parametrize(
    ("settings", "taken", "refused"),
    [
        ({"month": "padded"}, {"Mes": "09"}, {"Mes": "9"}),
        ({"month": "bare"}, {"Mes": 9}, {"Mes": "09"}),
        ({"year": "Año"}, {"Año": "2024", "Anio": None}, {"Anio": "2024"}),
    ],
)
def test_spellings_are_switches(sandbox, zeta, settings, taken, refused):
    sandbox.zeta.set(**settings)
    assert zeta("QueryVentas", query(**taken))["Succeed"]
    assert not zeta("QueryVentas", query(**refused))["Succeed"]


def test_a_day_is_always_the_same_and_days_to_come_hold_nothing(sandbox, zeta):
    first = zeta("QueryVentas", query())["Response"]
    sandbox.reset()
    sandbox.zeta.set(now=NIGHT)
    sandbox.zeta.set_profile(Profile(sales=(1, 2)))
    assert zeta("QueryVentas", query())["Response"] == first
    assert max(row["Fecha"] for row in first) == "2024-09-07"


def test_other_companies_sell_other_things(zeta):
    ours, theirs = (
        {row["RegistroId"] for row in zeta("QueryVentas", query(), EmpresaCodigo=company)["Response"]}
        for company in ("ITBUY", "CONDUCEUY")
    )
    assert ours
    assert theirs
    assert not ours & theirs


def test_a_plain_day_has_cash_sales_in_pesos_alone(sandbox, zeta):
    sandbox.zeta.set_profile(Profile(sales=(3, 3), traps=Traps.none()))
    rows = zeta("Ventas", MONTH)["Response"]["Ventas"]
    assert {(row["ComprobanteTipo"], row["MonedaCodigo"]) for row in rows} == {(3, 1)}
    assert len(rows) == 3 * 3 * 7


def test_header_and_lines_come_to_the_same(zeta):
    sales = {row["FacturaId"]: row for row in zeta("Ventas", MONTH)["Response"]["Ventas"]}
    sums: dict[int, list[float]] = {}
    for line in zeta("VentasDetalladas", MONTH)["Response"]["VentasDetalladas"]:
        mine = sums.setdefault(line["FacturaId"], [0, 0, 0])
        for at, name in enumerate(("LineaSubtotal", "LineaIVA", "LineaTotal")):
            mine[at] += line[name]
    assert sums.keys() == sales.keys()
    for id, sale in sales.items():
        said = [sale["FacturaSubtotal"], sale["FacturaIVA"], sale["FacturaTotal"]]
        assert [round(each, 2) for each in sums[id]] == said


def test_its_own_books_agree_with_what_it_answers(sandbox, zeta):
    books = sandbox.zeta.books("ITBUY", "1-2", DAY)
    rows = zeta("QueryVentas", query(FechaDesde="2024-09-06", FechaHasta="2024-09-06", LocalCodigo=1))["Response"]
    mine = [row for row in rows if row["CajaCodigo"] == 2]
    assert sum(figure.count for figure in books.vouchers.values()) == len(mine)
    assert sum(figure.total for figure in books.vouchers.values()) == sum(Decimal(row["Total"]) for row in mine)


def test_calls_are_counted_by_method_and_keys(sandbox, zeta):
    zeta("QueryVentas", query(FechaDesde="2024-09-06", FechaHasta="2024-09-06"))
    assert sandbox.calls("zeta", "QueryVentas", company="ITBUY", month="09", day="2024-09-06", page="1") == 1
    assert sandbox.calls("zeta", "QueryVentas", page="2") == 0


def test_what_is_no_call_of_zeta_is_recognised_as_none(sandbox):
    zeta = Zeta(sandbox._app.state, Options())
    for body in (b"", b"[]", b"nothing", b'{"VentasIn": 1}'):
        assert zeta.recognise(Request("rest/APIs/RESTFacturaClienteV4Ventas", "", {}, body)) == ("Ventas", {})

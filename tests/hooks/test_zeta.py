"""Zeta's hook on the wire: what it sends, and what each answer means."""

import json
import logging
from collections.abc import Callable
from datetime import date

import pytest
from airflow.models.connection import Connection
from airflow.providers_manager import ProvidersManager

from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.provider import get_provider_info
from hooks.zeta.hook import ZetaHook
from hooks.zeta.questions import BalancesFilter, ReceiptsFilter, SalesFilter
from hooks.zeta.settings import Settings
from hooks.zeta.wire import day_of

LOGIN = {"developer_code": "DEV", "developer_password": "dev-key", "role": "7"}
PDF = {"URLPDFOut": {"Succeed": True, "Response": {"URLComprobante": "https://cfe.example/1.pdf", "MensajeError": ""}}}
SALES = SalesFilter(since=date(2024, 9, 6), until=date(2024, 9, 6))


class Uncounted:
    """The company's calls, none of which counts."""

    def query(self, method, subject, ask):
        return ask()


@pytest.fixture
def hook_of(vendor, connection, monkeypatch) -> Callable[..., ZetaHook]:
    monkeypatch.setattr(ZetaHook, "calls", Uncounted())
    monkeypatch.setattr("hooks.zeta.hook.PAUSES", (0.01,))

    def make(host: str = vendor.url, **extra) -> ZetaHook:
        return ZetaHook(connection("zeta", host, LOGIN | extra, login="ITBUY", password="company-key"))

    return make


@pytest.fixture
def hook(hook_of) -> ZetaHook:
    return hook_of()


def out(method: str = "QueryVentas", *rows: dict, last: bool = True, **fields) -> dict:
    return {f"{method}Out": {"Succeed": True, "Response": list(rows), "IsLastPage": last, "Error": None, **fields}}


def row(id: int, day: str = "2024-09-06", **fields) -> dict:
    return {"RegistroId": id, "Fecha": day, **fields}


def test_a_call_is_one_post_with_zetas_login_in_its_body_and_in_no_header(hook, vendor):
    vendor.answers(PDF)
    assert hook.pdf_url("1") == "https://cfe.example/1.pdf"
    (asked,) = vendor.asked
    assert (asked.method, asked.path) == ("POST", "/rest/APIs/RESTFacturaClienteV4URLPDF")
    assert asked.headers["Content-Type"] == "application/json"
    assert "Authorization" not in asked.headers
    assert asked.json == {
        "URLPDFIn": {
            "Connection": {
                "DesarrolladorCodigo": "DEV",
                "DesarrolladorClave": "dev-key",
                "EmpresaCodigo": "ITBUY",
                "EmpresaClave": "company-key",
                "RolCodigo": "7",
            },
            "Data": {"FacturaId": 1},
        }
    }


def test_a_query_sends_its_filters_as_the_document_spells_them(hook, vendor):
    vendor.answers(out())
    hook.query_sales(
        SalesFilter(
            since=date(2024, 9, 1),
            until=date(2024, 9, 30),
            series="A",
            number_from=1,
            number_until=99,
            customer="C1",
            voucher=701,
            currency=1,
            local=1,
        )
    )
    assert vendor.asked[0].json["QueryVentasIn"]["Data"] == {
        "Page": 1,
        "Filters": {
            "Mes": "09",
            "Año": "2024",
            "FechaDesde": "2024-09-01",
            "FechaHasta": "2024-09-30",
            "DocSerie": "A",
            "NumeroDesde": 1,
            "NumeroHasta": 99,
            "ClienteCodigo": "C1",
            "ComprobanteCodigo": 701,
            "MonedaCodigo": 1,
            "LocalCodigo": 1,
        },
    }


def test_an_optional_number_is_left_out_and_all_customers_are_an_empty_text(hook, vendor):
    vendor.answers(out())
    hook.query_sales(SALES)
    filters = vendor.asked[0].json["QueryVentasIn"]["Data"]["Filters"]
    assert filters.keys() == {"Mes", "Año", "FechaDesde", "FechaHasta", "ClienteCodigo"}
    assert filters["ClienteCodigo"] == ""


def test_balances_send_an_empty_id_and_days_without_dashes(hook, vendor):
    vendor.answers(out("QuerySaldosPendientes"))
    asked = {"voucher": 701, "series": "A", "number": 5, "currency": 2, "local": 1, "balance_until": 900, "issued": "S"}
    hook.pending_balances(BalancesFilter(since=date(2024, 9, 1), until=date(2024, 10, 2), customer="C1", **asked))
    hook.pending_balances(BalancesFilter(since=date(2024, 9, 1), until=date(2024, 9, 2)))
    assert vendor.asked[0].json["QuerySaldosPendientesIn"]["Data"] == {
        "Page": 1,
        "Filters": {
            "Id": "",
            "ClienteCodigo": "C1",
            "Emitido": "S",
            "FechaDesde": "20240901",
            "FechaHasta": "20241002",
            "ComprobanteCodigo": 701,
            "Serie": "A",
            "Numero": 5,
            "MonedaCodigo": 2,
            "LocalCodigo": 1,
            "SaldoDesde": 0,
            "SaldoHasta": 900,
        },
    }
    assert vendor.asked[1].json["QuerySaldosPendientesIn"]["Data"]["Filters"] == {
        "Id": "",
        "ClienteCodigo": "",
        "Emitido": "",
        "FechaDesde": "20240901",
        "FechaHasta": "20240902",
        "SaldoDesde": 0,
    }


@pytest.mark.parametrize(
    ("extra", "sent"),
    [
        ({}, {"Mes": "09", "Anio": "2024", "Moneda": 2}),
        ({"month_padded": False}, {"Mes": "9", "Anio": "2024", "Moneda": 2}),
    ],
)
def test_a_month_goes_as_the_connection_says(hook_of, vendor, extra, sent):
    vendor.answers({"VentasOut": {"Succeed": True, "Response": {"Succeed": True, "Ventas": []}}})
    assert hook_of(**extra).sales(2024, 9, currency=2) == []
    assert vendor.asked[0].json["VentasIn"]["Data"] == sent


def test_the_years_name_in_queries_goes_as_the_connection_says(hook_of, vendor):
    vendor.answers(out())
    hook_of(year_field="Anio", month_padded=False).query_sales(SALES)
    filters = vendor.asked[0].json["QueryVentasIn"]["Data"]["Filters"]
    assert (filters["Anio"], filters["Mes"], "Año" in filters) == ("2024", "9", False)


def test_pages_are_read_to_the_last(hook, vendor):
    vendor.answers(out("QueryVentas", row(1), last=False), out("QueryVentas", row(2), last="false"), out("QueryVentas"))
    assert [each["RegistroId"] for each in hook.query_sales(SALES)] == [1, 2]
    assert [asked.json["QueryVentasIn"]["Data"]["Page"] for asked in vendor.asked] == [1, 2, 3]


def test_an_empty_page_that_is_not_the_last_is_asked_again_and_never_the_end(hook, vendor):
    first, last = out("QueryVentas", row(1), last=False), out("QueryVentas", row(2))
    vendor.answers(first, out(last=False), out(last=False), last)
    assert [each["RegistroId"] for each in hook.query_sales(SALES)] == [1, 2]
    assert [asked.json["QueryVentasIn"]["Data"]["Page"] for asked in vendor.asked] == [1, 2, 2, 2]


def test_a_page_that_stays_empty_is_given_up_with_advice_that_can_be_followed(hook, vendor):
    vendor.answers(out(last=False))
    with pytest.raises(DataError, match="clear the task later"):
        hook.query_sales(SALES)
    assert len(vendor.asked) == 3


RECEIPTS = ReceiptsFilter(since=date(2024, 9, 6), until=date(2024, 9, 6), issued="S")


def test_receipts_are_asked_of_their_own_service_as_the_field_notes_say(hook, vendor):
    vendor.answers(out("QueryComprobantes", row(1)))
    assert hook.receipts(RECEIPTS) == [[row(1)]]
    (asked,) = vendor.asked
    assert asked.path == "/rest/APIs/RESTRecibosCobranzaV2QueryComprobantes"
    assert asked.json["QueryComprobantesIn"]["Data"] == {
        "Page": 1,
        "Filters": {"Anio": "2024", "FechaDesde": "2024-09-06", "FechaHasta": "2024-09-06", "Emitido": "S"},
    }


def test_the_last_row_of_receipts_may_say_that_its_page_is_the_last(hook, vendor):
    def page(*rows: dict) -> dict:
        return {"QueryComprobantesOut": {"Succeed": True, "Response": list(rows)}}

    vendor.answers(page(row(1), row(2, IsLastPage=False)), page(row(3, IsLastPage="true")))
    assert [[each["RegistroId"] for each in rows] for rows in hook.receipts(RECEIPTS)] == [[1, 2], [3]]
    vendor.answers(page())  # a day without any: nobody is there to say so
    assert hook.receipts(RECEIPTS) == [[]]
    vendor.answers(page(row(1)))
    with pytest.raises(DataError, match="does not say whether it is the last"):
        hook.receipts(RECEIPTS)


def test_a_receipt_that_is_issued_while_a_day_is_read_is_not_left_out(hook_of, vendor, monkeypatch):
    asked = []

    def receipts(self, filter):
        asked.append(filter.issued)
        is_issued = "N" if len(asked) == 1 else "S"  # somebody issues it after the first question
        return [[row(51, Emitido=is_issued)] if filter.issued == is_issued else []]

    monkeypatch.setattr(ZetaHook, "receipts", receipts)
    vendor.answers(out("Ventas"), out("QueryVentas"))
    with pytest.raises(RetriableError, match="51 comes twice: something changed"):
        hook_of(receipts="issued").fetch("1-2", date(2024, 9, 6))


@pytest.mark.parametrize(
    ("pages", "error", "said"),
    [
        ([out("QueryVentas", row(1), last=False), out("QueryVentas", row(1))], RetriableError, "1 comes twice"),
        ([out("QueryVentas", row(1), last=None)], DataError, "does not say whether it is the last"),
        ([out(last=False)], DataError, "page 1 is empty, and not the last"),
        ([out("QueryVentas", row(1, "2024-09-07"))], DataError, "1 is of no day of the query: 2024-09-07"),
        ([out("QueryVentas", row(1, "pronto"))], DataError, r"1 is of no day of the query: \(str\)"),
        ([out("QueryVentas", {"Fecha": "2024-09-06"})], DataError, "no FacturaId"),
        ([out("QueryVentas", "text")], DataError, "no list QueryVentas of objects"),
        ([out(Response={"Succeed": True})], DataError, "no list"),
        ([out(Response=None)], DataError, "no list"),
    ],
)
def test_pages_that_do_not_fit_together_are_loud(hook, vendor, pages, error, said):
    vendor.answers(*pages)
    with pytest.raises(error, match=said):
        hook.query_sales(SALES)


def test_a_query_without_an_end_is_given_up(hook, vendor, monkeypatch):
    monkeypatch.setattr("hooks.zeta.hook.PAGES", 2)
    vendor.answers(out("QueryVentas", row(1), last=False))
    with pytest.raises(DataError, match="more than 2 pages"):
        hook.query_sales(SALES)


REFUSED = {"Succeed": False, "Response": [], "Error": {"Code": 12, "Message": "El local\n no existe"}}


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ({"QueryVentasOut": REFUSED}, DataError, "Zeta refuses QueryVentas: “El local no existe”"),
        ({"QueryVentasOut": {"Success": False, "Error": {"Message": "Mes inválido"}}}, DataError, "Mes inválido"),
        ({"QueryVentasOut": {"Succeed": "false"}}, DataError, "no reason given"),
        (out(Response={"Succeed": False, "Mensaje": "Sin permiso de caja"}), DataError, "Sin permiso de caja"),
        ({"QueryVentasOut": {"Response": []}}, DataError, "does not say whether it succeeded"),
        ({"VentasOut": {"Succeed": True}}, DataError, "no QueryVentasOut"),
        ([], DataError, "no QueryVentasOut"),
        ("null", DataError, "no QueryVentasOut"),
        (
            {"QueryVentasOut": REFUSED | {"Error": {"Code": 6, "Message": "Acceso bloqueado"}}},
            FatalError,
            "Acceso bloqueado",
        ),
        ({"QueryVentasOut": REFUSED | {"Error": {"Code": 1, "Message": "Clave incorrecta"}}}, FatalError, "Clave"),
        ("<html><title>Mantenimiento</title></html>", RetriableError, "an HTML page of 41 characters"),
        ("", RetriableError, "empty"),
        ('{"QueryVentasOut": {"Succeed": tr', RetriableError, "not whole JSON"),
        ("[" * 100_000, RetriableError, "not whole JSON"),
    ],
)
def test_each_way_to_say_no_is_understood(hook, vendor, answer, error, said):
    vendor.answers(answer)
    with pytest.raises(error, match=said) as raised:
        hook.query_sales(SALES)
    assert raised.value.vendor == "Zeta"
    assert raised.value.status == 200
    assert len(vendor.asked) == 1


def answered(response: object, **fields: object) -> dict:
    return {"VentasOut": {"Succeed": True, "Error": {"Code": 0, "Message": ""}, "Response": response} | fields}


EMPTY = {"Succeed": True, "Mensaje": "", "Ventas": []}
NO_ERRORS = [
    "Consulta sin ningún error", "Finalizado sin ningun tipo de error", "Sin fallas", "No se encontraron errores",
    "No hubo errores", "Errores: 0", "Errores encontrados = 0", "0 comprobantes con error", "Se leyó con 0 errores",
]  # fmt: skip
ERRORS = [
    "No hubo errores de red: error de base de datos", "Errores: 05", "Errores: 0,5", "10 comprobantes con error",
    "Sin conexión por error", "No se registró por error", "Errores: 0. Clave vencida", "Error 0",
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (
            answered(EMPTY, Error={"Code": "12", "Message": "No se pudo leer el mes"}),
            DataError,
            "No se pudo leer el mes",
        ),
        (answered(EMPTY, Error={"Code": 0, "Message": "El mes no existe"}), DataError, "El mes no existe"),
        (answered(EMPTY, Error={"Code": 12, "Message": ""}), DataError, "no reason given"),
        (answered(EMPTY, Error="Base de datos ocupada"), DataError, "Base de datos ocupada"),
        (answered(EMPTY, Error={"Message": "Empresa no habilitada"}), FatalError, "Empresa no habilitada"),
        (answered({"Mensaje": "Error al obtener los datos", "Ventas": []}), DataError, "Error al obtener los datos"),
        (answered({"Succeed": None, "Mensaje": "Sin conexión", "Ventas": []}), DataError, "Sin conexión"),
        (answered(EMPTY | {"Mensaje": "Error al obtener los datos"}), DataError, "Error al obtener los datos"),
        (answered(EMPTY | {"Success": False, "Mensaje": "Mes cerrado"}), DataError, "Mes cerrado"),
        (answered(EMPTY | {"Error": {"Message": "Mes cerrado"}}), DataError, "Mes cerrado"),
        (answered(EMPTY | {"Resultado": "Error", "Mensaje": "Mes cerrado"}), DataError, "Mes cerrado"),
        (answered(EMPTY, Success=False, Error={"Message": "Mes cerrado"}), DataError, "Mes cerrado"),
        (answered(EMPTY, Success="tal vez"), DataError, "does not say whether it succeeded"),
        (answered(EMPTY | {"Succeed": "tal vez"}), DataError, "does not say whether it succeeded"),
        (answered("Error interno"), DataError, "Error interno"),
        (answered(EMPTY, Error=[{"Message": "Mes cerrado"}]), DataError, "no reason given"),
        (answered(EMPTY, Error=True), DataError, "no reason given"),
        *((answered(EMPTY | {"Mensaje": words}), DataError, "refuses") for words in ERRORS),
    ],
)
def test_words_of_failure_beside_a_success_are_never_an_empty_month(hook, vendor, answer, error, said):
    vendor.answers(answer)
    with pytest.raises(error, match=said):
        hook.sales(2024, 9)


@pytest.mark.parametrize(
    "answer",
    [
        answered(EMPTY),
        answered(EMPTY, Error=None),
        answered(EMPTY, Error={}),
        answered(EMPTY, Error={"Code": "0", "Message": "OK"}),
        answered(EMPTY, Error="", Success="S"),
        answered(EMPTY, Succeed="Sí"),
        answered({"Ventas": []}),
        answered([]),
        answered(EMPTY | {"Mensaje": "Consulta realizada sin errores", "Resultado": "OK"}),
        answered(EMPTY | {"Mensaje": "No hay ventas en el mes"}),
        answered(EMPTY, Error=[]),
        answered(EMPTY, Error={"Code": 0, "Message": "Sin errores."}),
        *(answered(EMPTY | {"Mensaje": words}) for words in NO_ERRORS),
        answered(EMPTY | {"Resultado": "Mensaje", "Mensaje": None}),
    ],
)
def test_an_answer_without_such_words_is_read(hook, vendor, answer):
    vendor.answers(answer)
    assert hook.sales(2024, 9) == []


def test_a_refusal_keeps_zetas_code(hook, vendor):
    vendor.answers({"QueryVentasOut": REFUSED})
    with pytest.raises(DataError) as raised:
        hook.query_sales(SALES)
    assert raised.value.code == "12"


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (400, '{"error": {"code": 400, "message": "Bad Request"}}', FatalError, "Zeta says “Bad Request”"),
        (404, '{"error": {"code": 404, "message": "Not Found"}}', FatalError, "Zeta says “Not Found”"),
        (403, "<html>", FatalError, "an HTML page"),
        (302, "", FatalError, "the answer is empty"),
        (429, "", RetriableError, "empty"),
        (408, "", RetriableError, "empty"),
        (500, "<html>", RetriableError, "an HTML page"),
        (503, '{"error": {"message": "x"}}', RetriableError, "text"),
    ],
)
def test_a_status_says_whether_to_try_again(hook, vendor, reply, status, body, error, said):
    vendor.answers(reply(body, status=status, headers={"Retry-After": "30"}))
    with pytest.raises(error, match=said) as raised:
        hook.query_sales(SALES)
    assert raised.value.status == status
    assert getattr(raised.value, "retry_after", 30) == 30
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("fault", [{"hang_up": True}, {"body": '{"QueryVentasOut"', "cut": 5}, {"silent": True}])
def test_a_broken_connection_is_not_tried_again_at_once_since_zeta_counts(hook_of, vendor, reply, fault):
    vendor.answers(reply(**fault))
    with pytest.raises(RetriableError):
        hook_of(read_timeout=0.3, retries=3).query_sales(SALES)
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(
    ("charset", "declared"),
    [
        ("latin-1", "application/json; charset=ISO-8859-1"),
        ("latin-1", "application/json"),
        ("utf-8", "application/json"),
        ("latin-1", "application/json; charset=utf-8"),
    ],
)
def test_an_answer_is_read_in_the_charset_that_it_has(hook, vendor, reply, charset, declared):
    body = json.dumps(out("QueryVentas", row(1, ClienteNombre="Muñoz")), ensure_ascii=False).encode(charset)
    vendor.answers(reply(body, headers={"Content-Type": declared}))
    assert hook.query_sales(SALES)[0]["ClienteNombre"] == "Muñoz"


def test_no_key_reaches_a_log_or_an_error(hook_of, vendor, caplog):
    vendor.answers({"QueryVentasOut": REFUSED})
    with caplog.at_level(logging.DEBUG), pytest.raises(DataError) as raised:
        hook_of().query_sales(SALES)
    said = caplog.text + repr(raised.value) + str(raised.value) + repr(hook_of().__dict__.get("settings"))
    assert not [secret for secret in ("dev-key", "company-key") if secret in said]


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"developer_code": ""}, "DesarrolladorCodigo"),
        ({"developer_password": ""}, "DesarrolladorClave"),
    ],
)
def test_a_connection_without_its_keys_is_fatal_before_anything_is_sent(hook_of, vendor, fields, missing):
    with pytest.raises(FatalError, match=f"has no {missing}"):
        hook_of(**fields).pdf_url("1")
    assert vendor.asked == []


@pytest.mark.parametrize(
    "extra",
    [
        {"business_hours": "9-19"},
        {"business_days": "lun-sab"},
        {"year_field": "Year"},
        {"single_details": -1},
        {"vat_rates": {"1": "ten"}},
    ],
)
def test_a_setting_that_cannot_be_used_is_named(hook_of, extra):
    with pytest.raises(FatalError, match=next(iter(extra))):
        hook_of(**extra).get_conn()


@pytest.mark.parametrize("said", [{"URLComprobante": "", "MensajeError": "No se encontró"}, {"MensajeError": "x"}, {}])
def test_a_voucher_without_a_pdf_is_told_in_zetas_words(hook, vendor, said):
    vendor.answers({"URLPDFOut": {"Succeed": True, "Response": said}})
    with pytest.raises(DataError, match=said.get("MensajeError", "nothing")):
        hook.pdf_url("1")


@pytest.mark.parametrize(
    ("rows", "error", "said"),
    [([{"FacturaId": 2}], DataError, "of another sale"), ([], RetriableError, "taken away meanwhile")],
)
def test_details_of_another_sale_are_refused_and_those_of_a_sale_that_is_gone_asked_again(
    hook, vendor, rows, error, said
):
    vendor.answers({"VentaDetalladaOut": {"Succeed": True, "Response": {"VentasDetalladas": rows}}})
    with pytest.raises(error, match=said):
        hook.sale_details("1")


@pytest.mark.parametrize("text", ["2024-09-06", "2024-09-06T00:00:00", "20240906", "06/09/2024", "2024-09-06 10:00"])
def test_a_day_is_read_however_it_is_written(text):
    assert day_of(text) == date(2024, 9, 6)


def test_no_day_is_read_out_of_none():
    assert [day_of(value) for value in (None, "", "0000-00-00", "2024-13-01", 5)] == [None] * 5


def test_the_test_button_asks_for_a_pdf_that_is_not_there(hook, vendor):
    vendor.answers({"URLPDFOut": {"Succeed": True, "Response": {"MensajeError": "No se encontró el comprobante"}}})
    works, sentence = hook.test_connection()
    assert works
    assert "lets ITBUY in" in sentence
    vendor.answers({"URLPDFOut": REFUSED | {"Error": {"Message": "Clave incorrecta"}}})
    assert hook.test_connection()[0] is False


def test_the_test_button_works_on_what_the_form_hands_it(vendor, monkeypatch):
    """The Test button hands the form's values to the hook as a URI."""
    vendor.answers({"URLPDFOut": {"Succeed": True, "Response": {}}})
    extra = json.dumps(LOGIN | {"trust_env": False})
    form = Connection(
        conn_id="tested",
        conn_type="zeta",
        host=f"{vendor.url}/base/path",
        login="ITBUY",
        password="company-key",
        extra=extra,
    )
    monkeypatch.setenv("AIRFLOW_CONN_TESTED", form.get_uri())
    works, sentence = form.test_connection()
    assert works, sentence
    assert vendor.asked[0].path.startswith("/base/path/rest/APIs/")


def test_the_form_offers_every_setting_with_its_default_and_hides_the_developers_key():
    (declared,) = [found for found in get_provider_info()["connection-types"] if found["connection-type"] == "zeta"]
    fields = declared["conn-fields"]
    assert fields.keys() == Settings.model_fields.keys()
    assert fields["developer_password"]["schema"]["format"] == "password"
    for name, field in fields.items():
        default = field["schema"].get("default")
        assert default is None or default == Settings.model_fields[name].default
    shown = {name for name in ProvidersManager().connection_form_widgets if name.startswith("extra__zeta__")}
    assert shown == {f"extra__zeta__{name}" for name in fields}

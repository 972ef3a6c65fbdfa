import json
import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest
import requests

from sandbox.server import SandboxServer
from sandbox.sga.profile import Profile, Traps
from sandbox.vendor import Options

FRIDAY = "06-09-2024"
SUNDAY = "08-09-2024"

PLAIN = Profile(payments=(3, 3), traps=Traps.none())


def ask(sandbox, tenant: str = "itb", **parameters: str) -> requests.Response:
    return requests.get(f"{sandbox.url}/sga/{tenant}/api", params=parameters, timeout=10)


def day(sandbox, fecha: str = FRIDAY, caja: str = "164", tenant: str = "itb"):
    return ask(sandbox, tenant, a="facturacionNewProcess", fecha=fecha, caja=caja).json()


def payments(answer: list) -> list[dict]:
    return [payment for session in answer for payment in session["PAGOS"]]


@pytest.mark.parametrize(("tenant", "caja"), [("itb", 164), ("itb_online", 12), ("conduce_ecuador", 3)])
def test_each_tenant_answers_at_its_own_address_without_a_login(sandbox, tenant, caja):
    assert payments(day(sandbox, tenant=tenant, caja=str(caja)))


def test_an_address_of_no_tenant_is_not_found(sandbox):
    assert ask(sandbox, "colegio", a="cajas").status_code == 404


def test_a_day_has_one_element_a_session_with_payments_credit_notes_and_receipts(sandbox):
    answer = day(sandbox)
    assert len(answer) > 1
    assert all(list(session) == ["PAGOS", "NC", "RC"] for session in answer)


def test_a_day_of_rest_and_a_day_to_come_are_an_empty_list(sandbox):
    for fecha in (SUNDAY, "03-12-2024", "25-12-2023"):
        response = ask(sandbox, a="facturacionNewProcess", fecha=fecha, caja="164")
        assert (response.status_code, response.json()) == (200, [])


def test_a_day_asked_for_too_early_has_its_sessions_once_it_has_come(charts):
    days = iter([date(2024, 9, 5), date(2024, 9, 6)])
    with SandboxServer(options=Options(chart_dir=charts, today=lambda: next(days))) as server:
        assert day(server) == []
        assert payments(day(server))


def test_an_unknown_box_is_200_with_an_error_in_djangos_words(sandbox):
    response = ask(sandbox, a="facturacionNewProcess", fecha=FRIDAY, caja="999")
    assert response.status_code == 200
    assert response.json() == {"ERROR": "LugarRecaudacion matching query does not exist."}


def test_a_box_of_another_tenant_is_unknown(sandbox):
    assert "ERROR" in day(sandbox, tenant="conduce_ecuador", caja="164")


def test_a_box_that_is_no_number_is_200_with_an_error(sandbox):
    assert day(sandbox, caja="principal") == {"ERROR": "Field 'id' expected a number but got 'principal'."}


@pytest.mark.parametrize("parameters", [{}, {"a": ""}, {"a": "facturacion"}])
def test_a_missing_or_unknown_action_is_200_with_a_list_of_strings(sandbox, parameters):
    response = ask(sandbox, **parameters)
    assert response.status_code == 200
    answer = response.json()
    assert answer[0] == "SGA"
    assert all(isinstance(element, str) for element in answer)


@pytest.mark.parametrize(
    "parameters",
    [
        {"fecha": "2024-09-06", "caja": "164"},
        {"fecha": "31-02-2024", "caja": "164"},
        {"fecha": "ayer", "caja": "164"},
        {"fecha": "", "caja": "164"},
        {"caja": "164"},
        {"fecha": FRIDAY},
    ],
)
def test_a_bad_date_or_a_missing_parameter_is_500_with_an_html_page(sandbox, parameters):
    response = ask(sandbox, a="facturacionNewProcess", **parameters)
    assert response.status_code == 500
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<h1>Server Error (500)</h1>" in response.text


def test_the_date_is_cut_by_position_whatever_stands_between(sandbox):
    assert day(sandbox, fecha="06/09/2024") == day(sandbox, fecha="06-09-2024")


def test_the_answer_is_ascii_json_as_django_writes_it(sandbox):
    response = ask(sandbox, a="facturacionNewProcess", fecha=FRIDAY, caja="164")
    assert response.headers["Content-Type"] == "application/json"
    assert response.text.isascii()
    assert "\\u00d1" in response.text


def test_float_noise_is_in_the_text_of_the_answer(sandbox):
    text = ask(sandbox, a="facturacionNewProcess", fecha=FRIDAY, caja="164").text
    assert "35.300000000000004" in text


def test_the_same_question_twice_has_the_same_answer(sandbox):
    assert day(sandbox) == day(sandbox)


def test_the_read_writes_the_missing_forms_of_receipts(tmp_path, charts):
    def without_form() -> int:
        with closing(sqlite3.connect(tmp_path / "state.sqlite")) as tables:
            query = "SELECT count(*) FROM sga_recibocajainstitucion WHERE formapago_id IS NULL"
            return tables.execute(query).fetchone()[0]

    with SandboxServer(state=tmp_path / "state.sqlite", options=Options(chart_dir=charts)) as server:
        server.books("itb", 164, date(2024, 9, 6))  # makes the day, and does not read it
        assert without_form() == 3
        day(server)
        assert without_form() == 1


def test_cajas_lists_the_boxes_of_the_tenant(sandbox):
    assert {"id": 164, "nombre": "CAJA 164 - SGA ITB"} in ask(sandbox, a="cajas").json()
    assert 164 not in [box["id"] for box in ask(sandbox, "conduce_ecuador", a="cajas").json()]


def test_obtener_pagos_nc_gives_the_payments_behind_a_credit_note(sandbox):
    note = day(sandbox)[0]["NC"][0]
    (payment,) = ask(sandbox, a="obtenerPagosNc", nc=str(note["ncId"])).json()
    assert payment["facturaNumero"] == note["facturaNumero"]
    assert payment["pagoValor"] == note["ncValor"]


def test_obtener_pagos_nc_of_an_unknown_note_is_an_error_and_without_one_a_500(sandbox):
    assert "ERROR" in ask(sandbox, a="obtenerPagosNc", nc="1").json()
    assert ask(sandbox, a="obtenerPagosNc").status_code == 500


def test_a_box_can_be_opened_and_then_has_days(sandbox):
    sandbox.open_box("educacion_continua", 4711)
    assert payments(day(sandbox, tenant="educacion_continua", caja="4711"))


def test_a_profile_is_for_a_box_before_its_tenant_before_all(sandbox):
    for number, place in enumerate([("", None), ("itb", None), ("itb", 164)], start=1):
        sandbox.set_profile(PLAIN.model_copy(update={"payments": (number, number)}), *place)
    boxes = [("conduce_ecuador", "4"), ("itb", "165"), ("itb", "164")]
    assert [len(payments(day(sandbox, tenant=tenant, caja=caja))) for tenant, caja in boxes] == [1, 2, 3]


def test_a_late_payment_joins_a_day_that_was_read_already(sandbox):
    sandbox.set_profile(PLAIN)
    before = payments(day(sandbox))
    for _ in range(2):
        sandbox.pay_late("itb", 164, date(2024, 9, 6), form=5, amount=Decimal("12.34"))
    after = payments(day(sandbox))
    added = [payment for payment in after if payment not in before]
    assert [(payment["formaPagoId"], payment["pagoValor"]) for payment in added] == [(5, 12.34), (5, 12.34)]
    assert len({payment["facturaNumero"] for payment in after}) == len(after)


def test_a_late_payment_to_a_day_of_rest_is_refused(sandbox):
    with pytest.raises(requests.HTTPError, match="opened no session on 2024-09-08"):
        sandbox.pay_late("itb", 164, date(2024, 9, 8), form=1, amount=Decimal("1.00"))


def test_a_box_that_is_not_there_has_no_books_and_takes_no_payments(sandbox):
    with pytest.raises(requests.HTTPError, match="no box 999 in 'itb'"):
        sandbox.books("itb", 999, date(2024, 9, 6))
    with pytest.raises(requests.HTTPError, match="no box 999 in 'itb'"):
        sandbox.pay_late("itb", 999, date(2024, 9, 6), form=1, amount=Decimal("1.00"))


def test_a_box_cannot_be_opened_in_an_unknown_tenant(sandbox):
    with pytest.raises(requests.HTTPError, match="no tenant 'colegio'"):
        sandbox.open_box("colegio", 1)


def test_keys_and_their_order_are_those_of_the_contract(sandbox):
    session = day(sandbox)[0]
    assert " ".join(session["PAGOS"][0]) == (
        "facturaNumero inscripcionNombre clienteRuc clienteTelefono clienteDireccion carreraId carreraNombre "
        "formaPagoId formaPagoNombre formaPagoCodigo pagoValor rubroNombre descPromo descBeca esFraude "
        "tipoRubroId tipoRubroDescripcion"
    )
    assert " ".join(session["NC"][0]) == (
        "ncId ncValor ncFecha ncTipoId ncTipoDescripcion inscripcionCedula inscripcionNombre carreraId carreraNombre "
        "facturaId facturaNumero facturaFecha esFraude"
    )
    assert " ".join(session["RC"][0]) == (
        "rcId rcValorInicial rcFecha inscripcionCedula inscripcionNombre carreraId carreraNombre "
        "formaPagoId formaPagoCodigo"
    )


def test_types_are_those_of_the_contract(sandbox):
    session = json.loads(ask(sandbox, a="facturacionNewProcess", fecha=FRIDAY, caja="164").text)[0]
    payment, note, receipt = session["PAGOS"][0], session["NC"][0], session["RC"][0]
    assert [
        type(payment[name]) for name in ("carreraId", "formaPagoId", "formaPagoCodigo", "pagoValor", "esFraude")
    ] == [
        int,
        int,
        str,
        float,
        bool,
    ]
    assert {type(row["descBeca"]) for row in session["PAGOS"]} <= {int, float}
    assert [type(note[name]) for name in ("ncId", "ncValor", "ncTipoId", "facturaId")] == [int, float, int, int]
    assert note["ncFecha"] == "2024-09-06"
    assert [type(receipt[name]) for name in ("rcId", "rcValorInicial")] == [int, float]

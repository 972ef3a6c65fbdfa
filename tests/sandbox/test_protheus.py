"""The REST service: who may enter, which tenant, what it answers (protheus.seed.txt, field-notes.md)."""

from datetime import date

import pytest
import requests

from sandbox.server import SandboxServer
from sandbox.vendor import Options

DOCUMENT = {"CT2_DATA": "06/09/2024", "CT2_LOTE": "000001", "CT2_SBLOTE": "001", "CT2_DOC": "000001"}


def token(accountant, **changes) -> requests.Response:
    login = {"grant_type": "password", "username": "cierre", "password": "sandbox"} | changes
    return requests.post(f"{accountant.url}/oauth2/v1/token", params=login, timeout=10)


def test_an_insert_answers_group_branch_document_and_an_empty_error(accountant):
    response = accountant.send("insert", {"ITENS": [accountant.debit(10), accountant.credit(10)]})
    assert response.status_code == 200
    assert list(response.json().items()) == [
        ("GrupoEmpresa", "T1"),
        ("CT2_FILIAL", "D MG 01 "),
        ("CT2_DOC", "000001"),
        ("error", ""),
    ]


def test_reversal_and_delete_answer_in_the_same_shape(accountant):
    accountant.insert()
    reversal = accountant.send("reversal", DOCUMENT | {"CT2_SBLOTEST": "R01"}).json()
    deletion = accountant.send("delete", DOCUMENT).json()
    assert reversal == deletion == {"GrupoEmpresa": "T1", "CT2_FILIAL": "D MG 01 ", "CT2_DOC": "000001", "error": ""}


def test_a_refusal_is_200_with_a_text_over_several_lines_and_no_document(accountant):
    response = accountant.send("insert", {"ITENS": [accountant.debit(10, "9.9"), accountant.credit(10)]})
    assert response.status_code == 200
    answer = response.json()
    assert (answer["GrupoEmpresa"], answer["CT2_FILIAL"], answer["CT2_DOC"]) == ("T1", "D MG 01 ", "")
    assert len(answer["error"].splitlines()) > 2
    assert "CT2_DEBITO   := 9.9   < -- Inválido" in answer["error"]


def test_a_site_may_refuse_with_400_instead(sandbox, accountant):
    sandbox.set_protheus(business_error_status=400)
    response = accountant.send("insert", {"ITENS": [accountant.debit(10)]})
    assert response.status_code == 400
    assert "no coinciden" in response.json()["error"]


@pytest.mark.parametrize("operation", ["insert", "reversal", "delete"])
@pytest.mark.parametrize("tenant", [None, "", "T1", "T1,D MG 99", "T1, D MG 01 ", "T9,D MG 01 "])
def test_a_missing_or_unknown_tenant_is_refused_by_every_method(sandbox, accountant, operation, tenant):
    accountant.insert()
    lines = {"ITENS": [accountant.debit(10), accountant.credit(10)]}
    answer = accountant.send(operation, DOCUMENT | lines, tenant).json()
    assert "La empresa o la sucursal no existe" in answer["error"]
    assert [document.live for document in sandbox.protheus_ledger()] == [True]


def test_a_tenant_is_known_without_the_padding_that_http_takes_away(accountant):
    assert accountant.insert(tenant="T1,D MG 02")["CT2_FILIAL"] == "D MG 02 "


def test_a_tenants_documents_are_its_own(sandbox, accountant):
    accountant.insert()
    answer = accountant.send("delete", DOCUMENT, "T1,D MG 02 ").json()
    assert "Documento no encontrado" in answer["error"]
    assert accountant.insert(tenant="T1,D MG 02 ")["CT2_DOC"] == "000001"


def test_a_body_that_is_not_sent_as_json_is_415(accountant):
    response = accountant.send("insert", None, data="{}")
    assert response.status_code == 415


@pytest.mark.parametrize("body", ['{"ITENS": [', "[]", ""])
def test_a_body_that_is_no_json_object_is_400(accountant, body):
    headers = {"tenantId": "T1,D MG 01 ", "Content-Type": "application/json"}
    response = accountant.send("insert", None, data=body, headers=headers)
    assert response.status_code == 400
    assert "JSON inválido" in response.json()["message"]


def test_without_a_login_nothing_happens(sandbox, accountant):
    accountant.insert()
    accountant.http.auth = None
    assert accountant.send("delete", DOCUMENT).status_code == 401
    assert [document.live for document in sandbox.protheus_ledger()] == [True]


@pytest.mark.parametrize("login", [("cierre", "wrong"), ("someone", "sandbox")])
def test_a_wrong_login_is_401_and_asks_for_a_basic_one(accountant, login):
    accountant.http.auth = login
    response = accountant.send("insert", {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("header", ["Basic ???", "Basic", "Bearer nonsense", "Digest x"])
def test_a_login_that_makes_no_sense_is_401(accountant, header):
    accountant.http.auth = None
    headers = {"tenantId": "T1,D MG 01 ", "Authorization": header}
    assert accountant.send("insert", {}, headers=headers).status_code == 401


def test_a_token_lets_its_bearer_in_until_its_lifetime_is_over(sandbox, accountant):
    granted = token(accountant).json()
    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3600)
    accountant.http.auth = None
    headers = {"tenantId": "T1,D MG 01 ", "Authorization": f"Bearer {granted['access_token']}"}
    body = {"ITENS": [accountant.debit(10), accountant.credit(10)]}
    assert accountant.send("insert", body, headers=headers).json()["CT2_DOC"] == "000001"
    sandbox.set_protheus(token_lifetime=0)
    assert accountant.send("insert", body, headers=headers).status_code == 401


def test_no_token_without_the_right_password_or_another_kind_of_grant(accountant):
    assert token(accountant, password="wrong").status_code == 401
    assert token(accountant, grant_type="client_credentials").status_code == 400


def test_the_contracts_own_example_is_refused_because_it_does_not_balance(accountant):
    example = {
        "CT2_DATA": "01/09/2023",
        "CT2_LOTE": "008960",
        "CT2_SBLOTE": "001",
        "ITENS": [
            {
                "CT2_MOEDLC": "01",
                "CT2_DC": "3",
                "CT2_CREDIT": "1.1",
                "CT2_DEBITO": "1.1",
                "CT2_VALOR": 1500.60,
                "CT2_HIST": "PARTIDA DOBLE ",
            },
            {
                "CT2_MOEDLC": "01",
                "CT2_DC": "2",
                "CT2_CREDIT": "1.1",
                "CT2_VALOR": 1600,
                "CT2_HIST": "PARTIDA DOBLE ",
            },
        ],
    }
    error = accountant.send("insert", example).json()["error"]
    assert "débitos (1500.60)" in error
    assert "créditos (3100.60)" in error


def test_without_a_chart_of_accounts_the_answer_says_which_file_is_missing(tmp_path, accountant):
    with SandboxServer(options=Options(chart_dir=tmp_path)) as server:
        accountant.url = f"{server.url}/protheus/api"
        response = accountant.send("insert", {"ITENS": [accountant.debit(10), accountant.credit(10)]})
    assert response.status_code == 500
    assert "chart_of_accounts.csv" in response.json()["message"]


def test_a_login_is_asked_for_before_anything_else_even_by_a_wrong_method_or_address(accountant):
    addresses = ("/ctb/accountingentry/insert", "/ctb/nothing")
    assert [accountant.http.get(accountant.url + address, timeout=10).status_code for address in addresses] == [
        405,
        404,
    ]
    accountant.http.auth = ("cierre", "wrong")
    assert [accountant.http.get(accountant.url + address, timeout=10).status_code for address in addresses] == [
        401,
        401,
    ]


def test_a_site_without_the_query_has_no_way_to_read_the_books_but_the_controls(accountant, sandbox):
    sandbox.set_protheus(generic_query=False)
    paths = ("/ctb/accountingentry", "/framework/v1/genericQuery", "/ctb/accountingentry/insert")
    assert [accountant.http.get(accountant.url + path, timeout=10).status_code for path in paths] == [404, 404, 405]


def test_the_ledger_is_shown_by_tenant_day_lot_sublot_and_life(sandbox, accountant):
    accountant.insert(CT2_LOTE="008964", CT2_SBLOTE="001")
    accountant.insert(CT2_LOTE="008964", CT2_SBLOTE="002")
    accountant.insert(CT2_LOTE="008903", tenant="T1,D MG 02 ", CT2_DATA="07/09/2024")
    accountant.send("delete", DOCUMENT | {"CT2_LOTE": "008964"})
    ledger = sandbox.protheus_ledger
    assert [document.sublot for document in ledger(lot="008964")] == ["001", "002"]
    assert [document.sublot for document in ledger(lot="008964", live=True)] == ["002"]
    assert [document.sublot for document in ledger(live=False)] == ["001"]
    assert [document.lot for document in ledger(day=date(2024, 9, 7))] == ["008903"]
    assert [document.lot for document in ledger(tenant="T1,D MG 02 ")] == ["008903"]
    assert len(ledger(sublot="001")) == 2


def test_a_deleted_document_stays_in_the_ledger_with_its_times(sandbox, accountant):
    accountant.insert()
    accountant.send("delete", DOCUMENT)
    (document,) = sandbox.protheus_ledger()
    assert not document.live
    assert document.inserted_at.tzinfo is not None
    assert document.inserted_at <= document.deleted_at


def test_asking_the_ledger_for_an_unknown_tenant_is_an_error(sandbox):
    with pytest.raises(requests.HTTPError, match="no tenant 'T9'"):
        sandbox.protheus_ledger(tenant="T9")


def test_a_setting_that_does_not_exist_is_an_error(sandbox):
    with pytest.raises(requests.HTTPError, match="422"):
        sandbox.set_protheus(closed_untill="2024-09-30")

"""The ERP's master tables: what people change in them, how entries are refused by them, and what queries say."""

import pytest
from requests import HTTPError

TENANT, OTHER = "T1,D MG 01 ", "T1,D MG 02 "


def query(accountant, table: str, tenant: str = TENANT, **asked) -> dict:
    url = f"{accountant.url}/framework/v1/genericQuery"
    answer = accountant.http.get(
        url, params={"tables": table, "pageSize": "1000", **asked}, headers={"tenantId": tenant}, timeout=10
    )
    return answer.json()


def row(accountant, table: str, key: str, code: str, tenant: str = TENANT) -> dict:
    (found,) = [one for one in query(accountant, table, tenant)["items"] if one[key] == code]
    return found


def test_accounts_are_told_as_the_accountants_files_have_them(accountant):
    heading, required = (row(accountant, "CT1", "ct1_conta", code) for code in ("1", "4.1"))
    assert (heading["ct1_classe"], heading["ct1_bloq"], heading["ct1_desc01"]) == ("1", "2", "Activo")
    assert (required["ct1_classe"], required["ct1_ccobrg"]) == ("2", "1")
    assert row(accountant, "CT1", "ct1_conta", "1.2")["ct1_bloq"] == "1"
    assert row(accountant, "CTT", "ctt_custo", "0199")["ctt_bloq"] == "1"


@pytest.mark.parametrize(
    ("table", "code", "fields", "line", "told"),
    [
        ("CT1", "1.1", {"CT1_BLOQ": "1"}, {}, "La cuenta está bloqueada"),
        ("CT1", "1.1", {"CT1_CLASSE": "1"}, {}, "es sintética"),
        ("CT1", "1.1", {"CT1_DTEXSF": "20240905"}, {}, "no existe en la fecha"),
        ("CT1", "1.1", {"CT1_DTEXIS": "20240907"}, {}, "no existe en la fecha"),
        ("CT1", "1.1", {"CT1_ITOBRG": "1"}, {}, "exige ítem contable"),
        ("CT1", "1.1", {"CT1_CLOBRG": "1"}, {}, "exige código de clase de valor"),
        ("CT1", "1.1", {"CT1_ACCUST": "2"}, {"CT2_CCD": "0101"}, "no admite centro de costo"),
        ("CTD", "P2", {"CTD_DESC01": "Otro"}, {"CT2_ITEMD": "P1"}, "ítem contable no existe"),
        ("CTD", "P1", {"CTD_BLOQ": "1"}, {"CT2_ITEMD": "P1"}, "ítem contable no existe o está bloqueado"),
        ("CTH", "K1", {"CTH_CLASSE": "1"}, {"CT2_CLVLDB": "K1"}, "es sintético"),
        ("CTT", "0101", {"CTT_DTEXSF": "20240101"}, {"CT2_CCD": "0101"}, "no existe en la fecha"),
        ("CTO", "01", {"CTO_BLOQ": "1"}, {}, "moneda no está registrada o está bloqueada"),
        ("CTO", "02", {"CTO_BLOQ": "1"}, {"CT2_VALR02": 9000}, "moneda no está registrada o está bloqueada"),
        ("CTG", "001,20240901", {"CTG_STATUS": "4"}, {}, "calendario contable está cerrado"),
        ("CTE", "01,001", None, {}, "No hay calendario contable"),
    ],
)
def test_an_entry_is_refused_by_what_people_changed(sandbox, accountant, table, code, fields, line, told):
    assert not accountant.insert()["error"]
    if fields is None:
        sandbox.remove_master(table, code)
    else:
        sandbox.change_master(table, code, **fields)
    answer = accountant.insert(accountant.debit(10, **line), accountant.credit(10))
    assert told in answer["error"]
    assert not answer["CT2_DOC"]


def test_a_change_of_one_tenant_leaves_the_others(sandbox, accountant):
    sandbox.change_master("CT1", "1.1", TENANT, CT1_BLOQ="1")
    assert "bloqueada" in accountant.insert()["error"]
    assert not accountant.insert(tenant=OTHER)["error"]
    assert row(accountant, "CT1", "ct1_conta", "1.1")["ct1_bloq"] == "1"
    assert row(accountant, "CT1", "ct1_conta", "1.1", OTHER)["ct1_bloq"] == "2"


def test_a_row_that_is_new_can_be_used_and_one_that_is_gone_cannot(sandbox, accountant):
    sandbox.change_master("CT1", "9.9", CT1_DESC01="Nueva")
    assert not accountant.insert(accountant.debit(10, "9.9"), accountant.credit(10))["error"]
    sandbox.remove_master("CT1", "9.9")
    assert "no está en el plan" in accountant.insert(accountant.debit(10, "9.9"), accountant.credit(10))["error"]


def test_the_calendar_says_what_the_site_has_closed(sandbox, accountant):
    sandbox.set_protheus(closed_until="2024-08-15", closed_months=["2024-10"])
    asked = {"where": "CTG_DTFIM >= '20240801' AND CTG_DTINI <= '20241031'", "order": "CTG_DTINI"}
    periods = query(accountant, "CTG", **asked)["items"]
    assert [(one["ctg_dtini"], one["ctg_dtfim"], one["ctg_status"]) for one in periods] == [
        ("20240801", "20240815", "2"),
        ("20240816", "20240831", "1"),
        ("20240901", "20240930", "1"),
        ("20241001", "20241031", "2"),
    ]


def test_a_period_that_was_closed_on_the_screen_takes_no_reversal_and_no_delete(sandbox, accountant):
    number = accountant.insert()["CT2_DOC"]
    sandbox.change_master("CTG", "001,20240901", CTG_STATUS="2")
    document = {"CT2_DATA": "06/09/2024", "CT2_LOTE": "000001", "CT2_SBLOTE": "001", "CT2_DOC": number}
    for operation in ("reversal", "delete"):
        assert "cerrado" in accountant.send(operation, document).json()["error"]


def test_fields_that_the_user_may_not_see_are_left_out_of_master_tables_too(sandbox, accountant):
    sandbox.set_protheus(protected_fields=["CT1_BLOQ"])
    answer = query(accountant, "CT1", fields="CT1_CONTA,CT1_BLOQ")
    assert answer["protectedDataFields"] == ["CT1_BLOQ"]
    assert set(answer["items"][0]) == {"ct1_conta"}


def test_a_table_or_field_that_there_is_none_of_cannot_be_changed(sandbox):
    for table, fields in (("CT9", {}), ("CT1", {"CT1_X": "1"})):
        with pytest.raises(HTTPError, match="404"):
            sandbox.change_master(table, "1.1", **fields)

"""genericQuery, where the site offers it."""

import pytest

AT = {"CT2_DATA": "06/09/2024", "CT2_LOTE": "008964", "CT2_SBLOTE": "001"}
IN_LOT = "CT2_DATA = '20240906' AND CT2_LOTE = '008964'"


@pytest.fixture
def ask(sandbox, accountant):
    sandbox.set_protheus(generic_query=True)

    def asked(tenant: str = "T1,D MG 01 ", **parameters):
        url = f"{accountant.url}/framework/v1/genericQuery"
        parameters = {"tables": "CT2", **parameters}
        return accountant.http.get(url, params=parameters, headers={"tenantId": tenant}, timeout=10)

    return asked


def items(response) -> list[dict]:
    assert response.status_code == 200, response.text
    return response.json()["items"]


def test_most_sites_do_not_offer_it(sandbox, ask):
    sandbox.set_protheus(generic_query=False)
    assert ask().status_code == 404


def test_it_asks_for_a_login_and_a_known_tenant(accountant, ask):
    assert ask("T9,D MG 01").status_code == 400
    accountant.http.auth = None
    assert ask().status_code == 401


def test_the_lines_of_a_lot_come_with_the_fields_asked_for_in_small_letters(accountant, ask):
    accountant.insert(accountant.debit(1500.60, CT2_KEY="key"), accountant.credit(1500.60, CT2_KEY="key"), **AT)
    accountant.insert(**AT | {"CT2_LOTE": "008965"})
    fields = "CT2_FILIAL,CT2_SBLOTE,CT2_DOC,CT2_LINHA,CT2_DC,CT2_DEBITO,CT2_CREDIT,CT2_VALOR,CT2_KEY"
    first, second = items(ask(fields=fields, where=IN_LOT))
    assert first == {
        "ct2_filial": "D MG 01 ",
        "ct2_sblote": "001",
        "ct2_doc": "000001",
        "ct2_linha": "001",
        "ct2_dc": "1",
        "ct2_debito": "1.1",
        "ct2_credit": "",
        "ct2_valor": 1500.6,
        "ct2_key": "key",
    }
    assert (second["ct2_linha"], second["ct2_credit"]) == ("002", "4.1")


def test_continuation_lines_are_rows_of_their_own(accountant, ask):
    accountant.insert(accountant.debit(10, CT2_HIST="x" * 50), accountant.credit(10), **AT)
    rows = items(ask(fields="CT2_DC,CT2_HIST", where=IN_LOT))
    assert [row["ct2_dc"] for row in rows] == ["1", "4", "2"]
    assert rows[1]["ct2_hist"] == "x" * 10


def test_deleted_documents_and_those_of_other_tenants_are_not_read(accountant, ask):
    accountant.insert(**AT)
    accountant.insert(**AT, tenant="T1,D MG 02 ")
    accountant.send("delete", AT | {"CT2_DOC": "000001"})
    assert items(ask(fields="CT2_DOC", where=IN_LOT)) == []
    assert len(items(ask("T1,D MG 02 ", fields="CT2_DOC", where=IN_LOT))) == 2


def test_pages_follow_each_other_until_there_is_no_next(accountant, ask):
    accountant.insert(*[accountant.debit(1) for _ in range(4)], accountant.credit(4), **AT)
    pages = [ask(fields="CT2_LINHA", where=IN_LOT, page=page, pageSize=2).json() for page in (1, 2, 3, 4)]
    assert [[row["ct2_linha"] for row in page["items"]] for page in pages] == [
        ["001", "002"],
        ["003", "004"],
        ["005"],
        [],
    ]
    assert [page["hasNext"] for page in pages] == [True, True, False, False]


def test_a_page_has_ten_rows_unless_it_is_told(accountant, ask):
    accountant.insert(*[accountant.debit(1) for _ in range(10)], accountant.credit(10), **AT)
    assert len(items(ask(fields="CT2_LINHA", where=IN_LOT))) == 10


def test_the_order_is_the_one_asked_for(accountant, ask):
    accountant.insert(**AT)
    rows = items(ask(fields="CT2_LINHA", where=IN_LOT, order="CT2_LINHA DESC"))
    assert [row["ct2_linha"] for row in rows] == ["002", "001"]


def test_a_filter_that_is_not_quoted_reads_what_it_should_not(accountant, ask):
    accountant.insert(**AT | {"CT2_LOTE": "000009"})
    assert len(items(ask(fields="CT2_DOC", where="CT2_LOTE = '' OR '1' = '1'"))) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"tables": "SA1"},
        {"fields": "CT2_NADA"},
        {"where": "CT2_LOTE = "},
        {"where": "1 = 1); DROP TABLE CT2; --"},
        {"page": "x"},
        {"pageSize": "0"},
    ],
)
def test_a_query_that_cannot_be_run_is_400_and_does_no_harm(accountant, ask, wrong):
    accountant.insert(**AT)
    assert ask(**{"fields": "CT2_DOC", **wrong}).status_code == 400
    assert len(items(ask(fields="CT2_DOC"))) == 2


def test_fields_that_its_user_may_not_see_are_left_out_and_named(sandbox, accountant, ask):
    sandbox.set_protheus(protected_fields=["CT2_TPSALD", "CT2_HIST"])
    accountant.insert(**AT)
    answer = ask(fields="CT2_DOC,CT2_TPSALD", where=IN_LOT).json()
    assert answer["protectedDataFields"] == ["CT2_TPSALD"]
    assert answer["items"] == [{"ct2_doc": "000001"}] * 2

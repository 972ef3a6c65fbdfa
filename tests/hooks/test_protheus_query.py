"""The ERP's books read back, where the site offers it: over real HTTP, and against the sandbox."""

import dataclasses
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.read_back import BookedLine
from cierre.ports.errors import FatalError, RetriableError
from hooks.protheus import query, read_back as protheus_query
from hooks.protheus.hook import ProtheusHook
from hooks.protheus.read_back import lot_query

TENANT, DAY, LOT = "T1,D MG 01 ", date(2024, 9, 6), "008964"
ADDRESS = Address(TENANT, DAY, LOT, "001")
ROW = {
    "ct2_sblote": "001",
    "ct2_doc": "000001",
    "ct2_linha": "001",
    "ct2_dc": "1",
    "ct2_debito": "1.1                 ",
    "ct2_credit": "                    ",
    "ct2_valor": 35.3,
    "ct2_moedlc": "01",
    "ct2_hist": "Caja",
    "ct2_key": "key",
    "ct2_tpsald": "1",
}
LINE = BookedLine("001", "000001", "001", Side.DEBIT, "1.1", Decimal("35.30"), "USD", "Caja", "key")


@pytest.fixture
def hook(vendor, connection) -> ProtheusHook:
    return ProtheusHook(connection("protheus", vendor.url, login="cierre", password="secret"))


def read(hook: ProtheusHook) -> list[BookedLine] | None:
    return hook.read_back(TENANT, DAY, LOT)


def test_it_asks_for_the_lots_lines_of_the_date_and_tenant_in_order(hook, vendor):
    vendor.answers({"items": [], "hasNext": False})
    assert read(hook) == []
    (asked,) = vendor.asked
    assert (asked.method, asked.path) == ("GET", "/api/framework/v1/genericQuery")
    assert asked.headers["tenantId"].strip() == TENANT.strip()
    assert asked.query["tables"] == "CT2"
    assert asked.query["where"] == "CT2_DATA = '20240906' AND CT2_LOTE = '008964'"
    assert asked.query["order"] == "CT2_SBLOTE,CT2_DOC,CT2_LINHA,CT2_MOEDLC,CT2_DC"


@pytest.mark.parametrize("lot", ["", "00' OR", "1;DROP", "0089640", "008 64", "00896\n"])
def test_a_lot_that_is_no_code_never_gets_into_the_query(hook, vendor, lot):
    with pytest.raises(ValueError, match="is not a lot"):
        hook.read_back(TENANT, DAY, lot)
    assert vendor.asked == []


def test_blanks_go_as_percent_twenty_since_not_every_server_reads_a_plus():
    asked = lot_query(DAY, LOT, 1)
    assert "+" not in asked
    assert "CT2_LOTE = '008964'" in unquote(asked)


def test_names_are_read_in_either_case_and_padding_goes(hook, vendor):
    vendor.answers({"items": [ROW, {name.upper(): value for name, value in ROW.items()}], "hasNext": False})
    assert read(hook) == [LINE, LINE]


@pytest.mark.parametrize(("sent", "amount"), [(35.3, "35.30"), ("35.30", "35.30"), (35, "35.00"), (0.1 + 0.2, "0.30")])
def test_amounts_are_decimals_to_the_cent(hook, vendor, sent, amount):
    vendor.answers({"items": [ROW | {"ct2_valor": sent}], "hasNext": False})
    (line,) = read(hook)
    assert line.amount == Decimal(amount)
    assert str(line.amount) == amount


def test_a_double_entry_is_two_lines_and_a_continuation_has_no_side(hook, vendor):
    both = ROW | {"ct2_dc": "3", "ct2_credit": "4.1"}
    more = ROW | {"ct2_dc": "4", "ct2_debito": "", "ct2_valor": 0, "ct2_linha": "002"}
    vendor.answers({"items": [both, more], "hasNext": False})
    assert [(line.side, line.account) for line in read(hook)] == [
        (Side.DEBIT, "1.1"),
        (Side.CREDIT, "4.1"),
        (None, ""),
    ]


def test_a_currency_that_the_connection_does_not_name_keeps_the_erps_number(hook, vendor):
    vendor.answers({"items": [ROW | {"ct2_moedlc": "02"}], "hasNext": False})
    assert [line.currency for line in read(hook)] == ["02"]


def test_pages_are_read_to_the_last(hook, vendor):
    first, second = {"items": [ROW], "hasNext": True}, {"items": [ROW | {"ct2_linha": "002"}], "hasNext": False}
    vendor.answers(first, second)
    assert [line.line for line in read(hook)] == ["001", "002"]
    assert [asked.query["page"] for asked in vendor.asked] == ["1", "2"]


def test_a_site_that_gives_the_same_page_again_is_not_asked_on(hook, vendor):
    vendor.answers(*[{"items": [ROW], "hasNext": True}] * 3)
    with pytest.raises(RetriableError, match="the same one comes"):
        read(hook)
    assert len(vendor.asked) == 2


@pytest.mark.parametrize(("held", "amount"), [(10.5, "10.5"), (10, "10"), (10.000000001, "10"), ("10", "10")])
def test_what_somebody_else_booked_with_decimals_in_pesos_is_read_as_it_stands(vendor, connection, held, amount):
    hook = ProtheusHook(connection("protheus", vendor.url, {"currencies": {"CLP": "01"}}))
    vendor.answers({"items": [ROW | {"ct2_valor": held}], "hasNext": False})
    assert [str(line.amount) for line in read(hook)] == [amount]


def test_a_text_that_may_be_thousands_is_no_amount(hook, vendor):
    vendor.answers({"items": [ROW | {"ct2_valor": "1.500"}], "hasNext": False})
    with pytest.raises(RetriableError, match="a row that cannot be read"):
        read(hook)


def test_an_empty_page_is_the_last_whatever_it_says(hook, vendor):
    vendor.answers({"items": [ROW], "hasNext": True}, {"items": [], "hasNext": True})
    assert len(read(hook)) == 1


@pytest.mark.parametrize("yes", [True, "true", "True", 1, "S", ".T."])
def test_a_further_page_is_read_however_the_site_says_that_there_is_one(hook, vendor, yes):
    first, second = {"items": [ROW], "hasNext": yes}, {"items": [ROW | {"ct2_linha": "002"}], "hasNext": False}
    vendor.answers(first, second)
    assert [line.line for line in read(hook)] == ["001", "002"]


@pytest.mark.parametrize("no", [False, "false", 0, "N", ".F.", None])
def test_where_no_further_page_is_told_a_page_that_is_not_full_is_the_last(hook, vendor, no):
    vendor.answers({"items": [ROW], "hasNext": no})
    assert len(read(hook)) == len(vendor.asked) == 1


def test_where_nothing_is_told_a_full_page_has_one_behind_it(hook, vendor, monkeypatch):
    monkeypatch.setattr("hooks.protheus.query.PAGE_SIZE", 1)
    vendor.answers({"items": [ROW]}, {"items": []})
    assert len(read(hook)) == 1
    assert len(vendor.asked) == 2


@pytest.mark.parametrize("items", [[], [ROW]])
@pytest.mark.parametrize(
    "error",
    [{"code": 500, "message": "tabla en uso"}, {"error": "tabla en uso"}, {"error": {"x": 1}}, {"errorMessage": "x"}],
)
def test_rows_beside_an_error_are_not_taken_for_all(hook, vendor, items, error):
    vendor.answers({"items": items, "hasNext": False, **error})
    with pytest.raises(RetriableError, match="has an error in it"):
        read(hook)


def test_a_message_without_rows_is_no_empty_lot(hook, vendor):
    vendor.answers({"items": [], "hasNext": False, "message": "tabla en uso"})
    with pytest.raises(RetriableError, match="tabla en uso"):
        read(hook)


@pytest.mark.parametrize("nothing", [{"error": ""}, {"error": None}, {"errorCode": 0}, {"message": ""}])
def test_an_error_that_is_empty_is_none(hook, vendor, nothing):
    vendor.answers({"items": [], "hasNext": False, **nothing})
    assert read(hook) == []


def test_codes_that_came_as_numbers_have_their_zeros(hook, vendor):
    vendor.answers({"items": [ROW | {"ct2_doc": 1, "ct2_sblote": 1, "ct2_moedlc": 1, "ct2_linha": 1}]})
    (line,) = read(hook)
    assert (line.document, line.sublot, line.line, line.currency) == ("000001", "001", "001", "USD")


def test_a_site_that_never_comes_to_an_end_is_not_followed_for_ever(hook, vendor, monkeypatch):
    monkeypatch.setattr(protheus_query, "MOST_PAGES", 3)
    vendor.answers(*({"items": [ROW | {"ct2_linha": f"00{n}"}], "hasNext": True} for n in range(1, 4)))
    with pytest.raises(RetriableError, match="no end after 3 pages"):
        read(hook)
    assert len(vendor.asked) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
def test_a_site_that_does_not_offer_the_query_is_no_error(hook, vendor, reply, status):
    vendor.answers(reply('{"code": 404, "message": "Not Found"}', status=status))
    assert read(hook) is None


def test_a_refused_login_is_fatal(hook, vendor, reply):
    vendor.answers(reply("{}", status=401))
    with pytest.raises(FatalError, match="login is refused"):
        read(hook)


@pytest.mark.parametrize("body", ["", "<html><title>Portal</title></html>", "[]", '{"items": {}}', '{"items": [1]}'])
def test_an_answer_that_is_no_page_of_rows_is_asked_for_again_later(hook, vendor, body):
    vendor.answers(body)
    with pytest.raises(RetriableError):
        read(hook)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_overloaded_erp_is_asked_again_later(hook, vendor, reply, status):
    vendor.answers(reply("busy", status=status))
    with pytest.raises(RetriableError):
        read(hook)


@pytest.mark.parametrize(("field", "value"), [("ct2_dc", "7"), ("ct2_valor", "x"), ("ct2_valor", None)])
def test_a_row_that_cannot_be_read_says_what_is_wrong_with_it(hook, vendor, field, value):
    vendor.answers({"items": [ROW | {field: value}], "hasNext": False})
    with pytest.raises(RetriableError, match="cannot be read"):
        read(hook)


def test_a_field_that_the_erps_user_may_not_see_is_named(hook, vendor):
    vendor.answers({"items": [{name: value for name, value in ROW.items() if name != "ct2_valor"}], "hasNext": False})
    with pytest.raises(FatalError, match="lacks CT2_VALOR"):
        read(hook)


@pytest.fixture
def sandbox_hook(sandbox, connection) -> Callable[..., ProtheusHook]:
    def make(**extra) -> ProtheusHook:
        return ProtheusHook(
            connection("protheus", f"{sandbox.url}/protheus", extra, login="cierre", password="sandbox")
        )

    return make


def entry(history: str = "Caja") -> JournalEntry:
    debit = Line(Side.DEBIT, "1.1", Decimal("35.30"), history)
    credit = Line(Side.CREDIT, "4.1", Decimal("35.30"), history, cost_centre="0101")
    return JournalEntry("itb_caja_164", DAY, 1, "USD", (debit, credit))


@pytest.mark.parametrize("auth", ["basic", "oauth2"])
def test_what_was_inserted_is_read_back_whole(sandbox, sandbox_hook, auth):
    sandbox.set_protheus(generic_query=True)
    hook = sandbox_hook(auth=auth)
    hook.insert(ADDRESS, entry(history="x" * 50), "key")
    hook.insert(dataclasses.replace(ADDRESS, sublot="00B"), entry(), "other")
    lines = read(hook)
    assert [(line.sublot, line.document, line.side) for line in lines] == [
        ("001", "000001", Side.DEBIT),
        ("001", "000001", None),
        ("001", "000001", Side.CREDIT),
        ("001", "000001", None),
        ("00B", "000001", Side.DEBIT),
        ("00B", "000001", Side.CREDIT),
    ]
    assert {line.key for line in lines} == {"key", "other"}


def test_a_lot_of_many_lines_comes_in_pages(sandbox, sandbox_hook, monkeypatch):
    sandbox.set_protheus(generic_query=True)
    monkeypatch.setattr(query, "PAGE_SIZE", 3)
    hook = sandbox_hook()
    for _ in range(4):
        hook.insert(ADDRESS, entry(), "key")
    assert [(line.document, line.line) for line in read(hook)] == [
        (f"00000{document}", f"00{line}") for document in (1, 2, 3, 4) for line in (1, 2)
    ]
    assert sandbox.calls("protheus", "genericQuery") == 3


def test_a_token_that_the_erp_no_longer_takes_is_renewed_for_a_read_too(sandbox, sandbox_hook):
    sandbox.set_protheus(generic_query=True)
    hook = sandbox_hook(auth="oauth2")
    assert read(hook) == []
    sandbox.reset()
    sandbox.set_protheus(generic_query=True)
    assert read(hook) == []
    assert sandbox.calls("protheus", "token") == 1


def test_a_sandbox_without_the_query_says_so(sandbox, sandbox_hook):
    sandbox.set_protheus(generic_query=False)
    assert read(sandbox_hook()) is None


@pytest.mark.parametrize("named_in", ["protectedDataFields", "nivelFields"])
def test_a_field_that_the_erp_says_its_user_may_not_see_is_told_and_nothing_is_read_without_it(hook, vendor, named_in):
    row = {name: value for name, value in ROW.items() if name != "ct2_tpsald"}
    vendor.answers({"items": [row], "hasNext": False, named_in: ["ct2_tpsald", "CT2_USERGI"]})
    with pytest.raises(FatalError, match="user may not see CT2_TPSALD") as told:
        read(hook)
    assert "CT2_USERGI" not in str(told.value)


def test_fields_that_nobody_asked_for_may_be_hidden(hook, vendor):
    vendor.answers({"items": [ROW], "hasNext": False, "protectedDataFields": ["CT2_USERGI"], "nivelFields": None})
    assert read(hook) == [LINE]


@pytest.mark.parametrize(
    ("sent", "kept", "outside"), [("", "1", ""), ("", "9", "9"), ("2", "2", ""), ("2", "1", "1"), ("", " ", "?")]
)
def test_a_row_of_another_type_than_was_sent_is_outside_the_balances(vendor, connection, sent, kept, outside):
    hook = ProtheusHook(connection("protheus", vendor.url, {"balance_type": sent}, login="cierre", password="secret"))
    vendor.answers({"items": [ROW | {"ct2_tpsald": kept}], "hasNext": False})
    assert [line.outside for line in read(hook)] == [outside]

"""Protheus's hook against the sandbox, which keeps books as the contract says: fields, refusals and faults."""

import dataclasses
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.ports.errors import DataError, FatalError, UncertainError
from hooks.protheus import login as protheus_login
from hooks.protheus.hook import Acknowledgement, ProtheusHook

ADDRESS = Address("T1,D MG 01 ", date(2024, 9, 6), "008964", "A01")
INTO = dataclasses.replace(ADDRESS, sublot="A02")
KEY = "itb_caja_164|2024-09-06|1"
DONE = Acknowledgement("000001", "T1", "D MG 01")


def entry(amount: str = "1500.60", history: str = "Caja 164, O'Higgins y Núñez", **dimensions) -> JournalEntry:
    money = Decimal(amount)
    debit = Line(Side.DEBIT, "1.1", money, history, **dimensions)
    credit = Line(Side.CREDIT, "4.1", money, history, **{"cost_centre": "0101", **dimensions})
    return JournalEntry("itb_caja_164", date(2024, 9, 6), 1, "USD", (debit, credit))


@pytest.fixture
def hook_with(sandbox, connection) -> Callable[..., ProtheusHook]:
    def make(password: str = "sandbox", **extra) -> ProtheusHook:
        host = f"{sandbox.url}/protheus"
        return ProtheusHook(connection("protheus", host, extra, login="cierre", password=password))

    return make


@pytest.fixture
def hook(hook_with) -> ProtheusHook:
    return hook_with()


def test_an_entry_stands_in_the_books_with_every_field_that_was_given(hook, sandbox):
    full = {"item": "IT1", "value_class": "VC1", "cost_centre": "0101"}
    entities = tuple((number, f"E{number}") for number in ("05", "06", "07", "08", "09"))
    assert hook.insert(ADDRESS, entry(**full, entities=entities), KEY) == DONE
    (document,) = sandbox.protheus_ledger()
    assert (document.tenant, document.entry_date) == ("T1,D MG 01 ", date(2024, 9, 6))
    assert (document.lot, document.sublot, document.document) == ("008964", "A01", "000001")
    sides = (
        ("1", "CT2_DEBITO", "1.1", "CT2_CCD", "CT2_ITEMD", "DB", "CR"),
        ("2", "CT2_CREDIT", "4.1", "CT2_CCC", "CT2_ITEMC", "CR", "DB"),
    )
    for line, (kind, account, code, cost_centre, item, side, other) in zip(document.lines, sides, strict=True):
        assert (line["CT2_DC"], line[account], line["CT2_VALOR"], line["CT2_MOEDLC"]) == (kind, code, "1500.60", "01")
        assert (line[cost_centre], line[item], line[f"CT2_CLVL{side}"]) == ("0101", "IT1", "VC1")
        assert [line[f"CT2_EC{number}{side}"] for number, _ in entities] == [code for _, code in entities]
        assert not any(line[f"CT2_EC{number}{other}"] for number, _ in entities)
        assert (line["CT2_TPSALD"], line["CT2_CONVER"], line["CT2_ORIGEM"]) == ("1", "1", "CIERRE")
        assert (line["CT2_KEY"], line["CT2_HIST"]) == (KEY, "Caja 164, O'Higgins y Núñez")


def test_the_connections_settings_stand_in_the_books(hook_with, sandbox):
    hook_with(balance_type="9", conversion="5", origin="CAJAS", currencies={"USD": "02"}).insert(ADDRESS, entry(), KEY)
    (document,) = sandbox.protheus_ledger()
    for line in document.lines:
        assert (line["CT2_TPSALD"], line["CT2_CONVER"], line["CT2_ORIGEM"], line["CT2_MOEDLC"]) == (
            "9",
            "5",
            "CAJAS",
            "02",
        )


@pytest.mark.parametrize("amount", ["0.01", "0.10", "1600.00", "9999999999999.99"])
def test_every_cent_arrives(hook, sandbox, amount):
    hook.insert(ADDRESS, entry(amount), KEY)
    (document,) = sandbox.protheus_ledger()
    assert {line["CT2_VALOR"] for line in document.lines} == {amount}


def test_a_long_history_is_continued_by_the_erp_and_counts_as_one_document(hook, sandbox):
    assert hook.insert(ADDRESS, entry(history="x" * 90), KEY) == DONE
    (document,) = sandbox.protheus_ledger()
    assert [line["CT2_DC"] for line in document.lines] == ["1", "4", "4", "2", "4", "4"]


def test_documents_of_one_address_are_numbered_and_other_tenants_count_apart(hook):
    other = dataclasses.replace(ADDRESS, tenant="T1,D MG 02 ")
    assert [hook.insert(ADDRESS, entry(), KEY).document for _ in range(2)] == ["000001", "000002"]
    assert hook.insert(other, entry(), KEY) == Acknowledgement("000001", "T1", "D MG 02")


def test_a_reversal_stands_at_its_own_address_and_mirrors_the_entry(hook, sandbox):
    hook.insert(ADDRESS, entry(), KEY)
    assert hook.reverse(ADDRESS, "000001", INTO) == DONE
    original, mirror = sandbox.protheus_ledger()
    assert (mirror.sublot, mirror.reverses) == ("A02", "008964/A01/000001")
    assert original.balance("1.1") + mirror.balance("1.1") == 0
    assert mirror.balance("1.1") == Decimal("-1500.60")


def test_a_delete_tells_a_document_that_was_there_from_one_that_was_not(hook, sandbox):
    hook.insert(ADDRESS, entry(), KEY)
    assert hook.delete(ADDRESS, "000001") is True
    assert hook.delete(ADDRESS, "000001") is False
    assert hook.delete(INTO, "000001") is False
    assert sandbox.protheus_ledger(live="true") == []


@pytest.mark.parametrize("status", [200, 400])
class TestRefusals:
    """A site may answer a refusal with either status."""

    @pytest.fixture(autouse=True)
    def _status(self, sandbox, status):
        sandbox.set_protheus(business_error_status=status)

    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            ({"account": "9.9"}, "NOEXISTCT1"),
            ({"account": "1.2"}, "CTABLOQ"),
            ({"account": "1"}, "SINTETICA"),
            ({"cost_centre": ""}, "NOCUSTO"),
            ({"cost_centre": "0199"}, "NOEXISTCTT"),
            ({"history": ""}, "NOHIST"),
            ({"account": ""}, "NOCONTA"),
        ],
    )
    def test_an_entry_that_the_erp_refuses_is_told_in_its_words_and_not_booked(self, hook, sandbox, lines, code):
        refused = entry()
        changed = dataclasses.replace(refused.lines[1], **lines)
        with pytest.raises(DataError, match=r"insert of itb_caja_164 2024-09-06 part 1 at .* is refused: ") as raised:
            hook.insert(ADDRESS, dataclasses.replace(refused, lines=(refused.lines[0], changed)), KEY)
        assert raised.value.code == code
        assert "\n" not in str(raised.value)
        assert sandbox.protheus_ledger() == []

    def test_a_closed_period_refuses_all_three(self, hook, sandbox):
        hook.insert(ADDRESS, entry(), KEY)
        sandbox.set_protheus(closed_until="2024-09-30")
        for call in (
            lambda: hook.insert(ADDRESS, entry(), KEY),
            lambda: hook.reverse(ADDRESS, "000001", INTO),
            lambda: hook.delete(ADDRESS, "000001"),
        ):
            with pytest.raises(DataError) as raised:
                call()
            assert raised.value.code == "CTBBLOQ"

    def test_a_document_in_use_is_not_taken_for_one_that_is_not_there(self, hook, sandbox):
        hook.insert(ADDRESS, entry(), KEY)
        sandbox.set_protheus(lots_in_use=["008964"])
        with pytest.raises(DataError, match="en uso"):
            hook.delete(ADDRESS, "000001")

    def test_a_tenant_that_does_not_exist_is_refused_and_a_delete_there_is_no_not_found(self, hook):
        nowhere = dataclasses.replace(ADDRESS, tenant="T9,X ")
        with pytest.raises(DataError, match="TENANTID"):
            hook.insert(nowhere, entry(), KEY)
        with pytest.raises(DataError, match="TENANTID"):
            hook.delete(nowhere, "000001")

    def test_a_reversal_of_a_document_that_is_not_there_is_refused(self, hook):
        with pytest.raises(DataError, match="Documento no encontrado"):
            hook.reverse(ADDRESS, "000001", INTO)

    def test_a_delete_of_a_document_that_is_not_there_is_a_clean_not_found(self, hook):
        assert hook.delete(ADDRESS, "000001") is False


class TestFaults:
    @pytest.mark.parametrize("fault", ["drop_after", "truncated_json", "cut_off"])
    def test_a_lost_answer_of_a_booked_entry_is_uncertain_and_sent_once(self, hook, sandbox, fault):
        sandbox.faults.add(fault, vendor="protheus", operation="insert")
        with pytest.raises(UncertainError):
            hook.insert(ADDRESS, entry(), KEY)
        assert len(sandbox.protheus_ledger()) == 1
        assert sandbox.calls("protheus", "insert") == 1

    @pytest.mark.parametrize(
        "fault",
        [
            {"action": "drop_before"},
            {"action": "late"},
            {"action": "html_200"},
            {"action": "empty_200"},
            {"action": "status", "status": 429, "retry_after": 0},
            {"action": "status", "status": 500},
            {"action": "status", "status": 503, "retry_after": 0},
            {"action": "status", "status": 502, "executes": True},
            {"action": "body", "body": []},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("operation", ["insert", "delete"])
    def test_an_answer_that_is_not_the_erps_is_uncertain_and_sent_once(self, hook, sandbox, fault, operation):
        sandbox.faults.add(vendor="protheus", operation=operation, **fault)
        with pytest.raises(UncertainError):
            hook.insert(ADDRESS, entry(), KEY) if operation == "insert" else hook.delete(ADDRESS, "000001")
        assert sandbox.calls("protheus", operation) == 1

    def test_an_entry_booked_after_the_client_gave_up_is_uncertain(self, hook_with, sandbox):
        sandbox.faults.add("late", vendor="protheus", operation="insert")
        with pytest.raises(UncertainError):
            hook_with().insert(ADDRESS, entry(), KEY)
        assert sandbox.protheus_ledger() == []
        sandbox.faults.release()
        assert len(sandbox.protheus_ledger()) == 1


class TestLogin:
    @pytest.fixture(autouse=True)
    def _no_tokens(self, monkeypatch):
        monkeypatch.setattr(protheus_login, "_tokens", {})

    @pytest.mark.parametrize("auth", ["basic", "oauth2"])
    def test_either_login_opens_the_books(self, hook_with, auth):
        assert hook_with(auth=auth).insert(ADDRESS, entry(), KEY) == DONE

    @pytest.mark.parametrize("auth", ["basic", "oauth2"])
    def test_a_wrong_password_is_fatal_and_books_nothing(self, hook_with, sandbox, auth):
        with pytest.raises(FatalError):
            hook_with("wrong", auth=auth).insert(ADDRESS, entry(), KEY)
        assert sandbox.protheus_ledger() == []

    def test_one_token_serves_many_calls(self, hook_with, sandbox):
        hook = hook_with(auth="oauth2")
        hook.insert(ADDRESS, entry(), KEY)
        hook.delete(ADDRESS, "000001")
        assert sandbox.calls("protheus", "token") == 1

    def test_a_token_that_the_erp_forgot_is_renewed_and_the_entry_booked_once(self, hook_with, sandbox):
        hook = hook_with(auth="oauth2")
        hook.insert(ADDRESS, entry(), KEY)
        sandbox.reset()
        assert hook.insert(ADDRESS, entry(), KEY) == DONE
        assert len(sandbox.protheus_ledger()) == 1
        assert (sandbox.calls("protheus", "token"), sandbox.calls("protheus", "insert")) == (1, 2)

    @pytest.mark.parametrize("auth", ["basic", "oauth2"])
    def test_the_test_button_tells_a_right_password_from_a_wrong_one(self, hook_with, auth):
        assert hook_with(auth=auth).test_connection()[0]
        assert not hook_with("wrong", auth=auth).test_connection()[0]

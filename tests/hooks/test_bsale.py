"""Bsale: what its hook asks, what it makes of answers and refusals, and how it creates a payment."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError
from hooks.bsale import wire as bsale_client
from hooks.bsale.hook import BsaleHook, landing_key
from hooks.bsale.writes import DynamicAttribute, NewPayment
from support.bsale_landings import payload, payload_text

TOKEN = "t0ken-of-the-company"
PAID = datetime.fromtimestamp(1436214454, UTC)
NEW = NewPayment(recorded_at=PAID, amount=Decimal(3791), document_id=3004, payment_type_id=11)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Tries that follow at once."""
    monkeypatch.setattr(bsale_client, "wait_random_exponential", lambda **_: lambda _state: 0)


@pytest.fixture
def connect(vendor, connection):
    def make(**extra) -> BsaleHook:
        settings = {"requests_per_second": 500} | extra
        return BsaleHook(connection("bsale", f"{vendor.url}/bsale", settings, password=TOKEN))

    return make


@pytest.fixture
def hook(connect) -> BsaleHook:
    return connect()


def pages(rows: list[dict], count: int | None = None) -> dict:
    return {"count": len(rows) if count is None else count, "limit": 50, "offset": 0, "items": rows}


SIX_HOURS = 6 * 3600


class TestQuestions:
    @pytest.mark.parametrize(
        ("asked", "query"),
        [
            ({"limit": 10, "offset": 0}, {"limit": "10", "offset": "0"}),
            ({"recorddate": date(2014, 3, 1)}, {"recorddate": "1393632000"}),
            ({"documentid": 856}, {"documentid": "856"}),
            ({"codesii": 33, "number": 10}, {"codesii": "33", "number": "10"}),
            ({"expand": ["office", "payment_type"]}, {"expand": "[office,payment_type]"}),
            ({"fields": ["id", "amount"]}, {"fields": "[id,amount]"}),
            ({"state": 1}, {"state": "1"}),
        ],
    )
    def test_a_page_takes_every_parameter_of_the_contract(self, hook, vendor, asked, query):
        vendor.answers(pages([]))
        hook.page(**asked)
        (arrived,) = vendor.asked
        assert (arrived.method, arrived.path) == ("GET", "/bsale/v1/payments.json")
        assert arrived.query == {"limit": "50", "offset": "0"} | query

    @pytest.mark.parametrize(
        ("asked", "query"),
        [
            ({"recorddate": date(2014, 3, 1)}, {"recorddate": "1393632000"}),
            ({"codesii": ["33", "39"]}, {"codesii": "33,39"}),
            ({"documentid": 7}, {"documentid": "7"}),
            ({"officeid": 2}, {"officeid": "2"}),
            ({"paymenttypeid": 5}, {"paymenttypeid": "5"}),
            ({"fields": ["officeId"], "expand": ["office"]}, {"fields": "[officeId]", "expand": "[office]"}),
        ],
    )
    def test_totals_take_every_parameter_of_the_contract(self, hook, vendor, asked, query):
        vendor.answers([])
        assert hook.group_payment_types(**asked) == []
        (arrived,) = vendor.asked
        assert arrived.path == "/bsale/v1/payments/group_payment_types.json"
        assert arrived.query == {"limit": "50", "offset": "0"} | query

    def test_a_count_is_of_all_or_of_a_state(self, hook, vendor):
        vendor.answers(payload("count"))
        assert (hook.count(), hook.count(state=0), hook.count(state=1)) == (1926, 1926, 1926)
        assert [asked.path for asked in vendor.asked] == ["/bsale/v1/payments/count.json"] * 3
        assert [asked.query for asked in vendor.asked] == [{}, {"state": "0"}, {"state": "1"}]

    def test_one_payment_is_asked_for_by_its_id(self, hook, vendor):
        vendor.answers(payload("one"))
        found = hook.payment(950, expand=["office"])
        assert (found["id"], found["amount"]) == (950, "68643.0")
        assert (vendor.asked[0].path, vendor.asked[0].query) == ("/bsale/v1/payments/950.json", {"expand": "[office]"})

    def test_a_filter_that_is_not_documented_is_refused_before_it_is_sent(self, hook, vendor):
        vendor.answers(pages([]))
        with pytest.raises(TypeError, match="no filter officeid here"):
            hook.page(officeid=1)
        with pytest.raises(TypeError, match="no filter state here"):
            hook.group_payment_types(state=0)
        assert vendor.asked == []

    def test_the_token_goes_in_its_header_and_nowhere_else(self, hook, vendor, caplog):
        caplog.set_level("DEBUG")
        vendor.answers(payload("count"))
        hook.count()
        (asked,) = vendor.asked
        assert asked.headers["access_token"] == TOKEN
        assert "Authorization" not in asked.headers
        assert TOKEN not in caplog.text

    def test_without_a_token_nothing_is_sent(self, vendor, connection):
        with pytest.raises(FatalError, match="has no password, which is Bsale's access_token"):
            BsaleHook(connection("bsale", vendor.url)).count()
        assert vendor.asked == []

    def test_a_redirect_never_takes_the_token_elsewhere(self, hook, vendor, reply):
        vendor.answers(reply(status=302, headers={"Location": f"{vendor.url}/elsewhere"}))
        with pytest.raises(FatalError, match=r"redirects, which is not followed here: check the base address"):
            hook.count()
        assert len(vendor.asked) == 1


class TestAnswers:
    def test_the_contracts_list_is_read_with_all_its_rows(self, hook, vendor):
        answer = payload("list") | {"count": 2}
        vendor.answers(answer)
        found = hook.payments()
        assert [row["id"] for row in found] == [78, 79]
        assert [document["amount"] for document in found[0]["documents"]] == [2002, 6000, 21140]

    def test_rows_keep_their_text_as_it_came_and_their_money_exact(self, hook, vendor):
        text = '{"id": "7",  "amount": 35.300000000000004, "name": "Ñandú"}'
        vendor.answers(f'{{"count": 1, "items": [{text}]}}')
        (row,) = hook.rows()
        assert (row.id, row.text) == ("7", text)
        assert row.fields["amount"] == Decimal("35.300000000000004")

    def test_the_contracts_totals_are_read_until_a_page_is_empty(self, hook, vendor):
        groups = payload("group_payment_types")
        vendor.answers(groups[:5], groups[5:], [])
        assert [group["paymentTypeTotalAmount"] for group in hook.group_payment_types()] == [
            40906,
            174592,
            75204,
            54328,
            816873,
            16373,
            32658,
        ]
        assert [asked.query["offset"] for asked in vendor.asked] == ["0", "5", "7"]

    def test_totals_that_come_twice_are_not_added_up(self, hook, vendor):
        groups = payload("group_payment_types")
        vendor.answers(groups[:5], groups[4:], [])
        with pytest.raises(RetriableError, match=r"the total 4/1/33/1396494000 .* came twice"):
            hook.group_payment_types()

    def test_totals_of_two_kinds_of_documents_with_the_same_code_are_both_taken(self, hook, vendor):
        groups = payload("group_payment_types")
        vendor.answers([groups[0], groups[0] | {"paymentTypeTotalAmount": 1}, groups[0]], groups[1:], [])
        found = [group["paymentTypeTotalAmount"] for group in hook.group_payment_types()]
        assert found[:4] == [40906, 1, 40906, 174592]

    def test_a_site_that_gives_all_totals_whatever_the_offset_is_asked_for_one_page_more(self, hook, vendor):
        groups = payload("group_payment_types")
        vendor.answers(groups, groups)
        assert hook.group_payment_types() == groups
        assert len(vendor.asked) == 2

    @pytest.mark.parametrize("answer", [[], {"count": 1}, {"items": []}, {"count": "many", "items": []}, None, 7])
    def test_what_is_no_list_is_refused(self, hook, vendor, reply, answer):
        vendor.answers(reply(json.dumps(answer)))
        with pytest.raises(DataError):
            hook.page()

    @pytest.mark.parametrize("row", [{"amount": 1}, {"id": None}, {"id": True}, 7, "row", None])
    def test_a_row_without_an_id_is_refused(self, hook, vendor, row):
        vendor.answers(pages([row]))
        with pytest.raises(DataError, match="a row has no id"):
            hook.page()

    @pytest.mark.parametrize("answer", [{}, [1], "totals", None])
    def test_what_are_no_totals_is_refused(self, hook, vendor, reply, answer):
        vendor.answers(reply(json.dumps(answer)))
        with pytest.raises(DataError):
            hook.group_payment_types()

    @pytest.mark.parametrize("answer", [{}, {"count": None}, {"count": "x"}, []])
    def test_what_is_no_count_is_refused(self, hook, vendor, answer):
        vendor.answers(answer)
        with pytest.raises(DataError):
            hook.count()

    def test_the_test_button_counts_and_changes_nothing(self, hook, vendor):
        vendor.answers(payload("count"))
        assert hook.test_connection() == (True, f"Bsale answers at {vendor.url}/bsale and has 1,926 payments.")
        assert [(asked.method, asked.path) for asked in vendor.asked] == [("GET", "/bsale/v1/payments/count.json")]


FOUR_SHAPES = [
    ({"error": "Invalid\nparameter"}, "Invalid parameter"),
    ({"message": "Not allowed", "code": 17}, "Not allowed"),
    ({"error": "Bad request", "details": "limit is too high"}, "Bad request; limit is too high"),
    (
        {"errors": [{"field": "amount", "message": "is required"}, {"field": "state", "message": "is 0 or 1"}]},
        "amount: is required; state: is 0 or 1",
    ),
]


class TestRefusals:
    @pytest.mark.parametrize(("body", "words"), FOUR_SHAPES)
    @pytest.mark.parametrize("status", [200, 400, 404, 422])
    def test_all_four_shapes_of_errors_are_told_in_bsales_words(self, hook, vendor, reply, status, body, words):
        vendor.answers(reply(json.dumps(body), status=status))
        with pytest.raises(DataError) as raised:
            hook.page()
        assert f"“{words}”" in str(raised.value)

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_token_that_is_not_taken_is_for_a_person_to_mend(self, hook, vendor, reply, status):
        vendor.answers(reply('{"error": "Invalid access_token"}', status=status))
        with pytest.raises(FatalError, match="“Invalid access_token”: check address and access_token"):
            hook.count()
        assert len(vendor.asked) == 1

    def test_an_address_that_is_not_bsales_is_for_a_person_to_mend(self, hook, vendor, reply):
        vendor.answers(reply("<html><title>nginx</title>", status=404))
        with pytest.raises(FatalError, match="an HTML page of 26 characters"):
            hook.count()

    @pytest.mark.parametrize("body", ["", "  \n", "<html><title>Login</title></html>", '{"count": 19', "[" * 100_000])
    def test_a_200_that_is_empty_or_no_whole_json_is_retriable(self, hook, vendor, body):
        vendor.answers(body)
        with pytest.raises(RetriableError):
            hook.count()

    @pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
    def test_a_site_in_trouble_is_asked_again_and_then_the_task_is(self, connect, vendor, reply, status):
        vendor.answers(reply("<html>", status=status), payload("count"))
        assert connect(retries=1).count() == 1926
        vendor.answers(reply("<html>", status=status))
        with pytest.raises(RetriableError):
            connect(retries=1).count()

    @pytest.mark.parametrize(
        "told", [{"headers": {"Retry-After": "0.02"}}, {"body": '{"error": "Too many", "retry_after": 0.02}'}, {}]
    )
    def test_too_many_requests_are_waited_out(self, connect, vendor, reply, told, monkeypatch):
        monkeypatch.setattr(bsale_client.bsale_pace, "SECOND", 0.02)
        vendor.answers(reply(status=429, **told), payload("count"))
        hook = connect(retries=1)
        assert hook.count() == 1926
        assert len(vendor.asked) == 2

    def test_everybody_who_uses_the_connection_waits_as_bsale_asks(self, connect, vendor, reply, monkeypatch):
        pauses = []
        hook = connect(retries=1)
        hook.get_conn()
        monkeypatch.setattr(hook._pace, "pause", pauses.append)
        vendor.answers(reply('{"retry_after": 7}', status=429), payload("count"))
        hook.count()
        vendor.answers(reply(status=429, headers={"Retry-After": "3600"}))
        with pytest.raises(RetriableError) as raised:
            hook.count()
        # An hour is for the task's own retries; meanwhile nobody else waits for longer than a minute.
        assert pauses == [7, 60]
        assert raised.value.retry_after == 3600
        assert len(vendor.asked) == 3

    @pytest.mark.parametrize(
        ("asked", "seconds"),
        [
            ("1725667200", 21_600),
            ("1e30", 21_600),
            ('"Infinity"', 21_600),
            ('"NaN"', None),
            ("-7", 0),
            ('"soon"', None),
        ],
    )
    def test_nobody_waits_for_longer_than_six_hours_whatever_an_answer_asks(
        self, connect, vendor, reply, asked, seconds, monkeypatch
    ):
        # Else the next test waits for what this one was told.
        monkeypatch.setattr(bsale_client.bsale_pace.Pace, "pause", lambda *_: None)
        vendor.answers(reply(f'{{"retry_after": {asked}}}', status=429))
        with pytest.raises(RetriableError) as raised:
            connect(retries=0).count()
        assert raised.value.retry_after == seconds

    @pytest.mark.parametrize("body", ["<html>", '{"count": 19', "", "[" * 100_000])
    def test_an_answer_that_is_not_whole_is_asked_for_again_by_itself(self, connect, vendor, body):
        vendor.answers(body, payload("count"))
        assert connect(retries=1).count() == 1926
        assert len(vendor.asked) == 2

    def test_a_resource_that_is_not_available_may_be_the_limit_so_all_wait_a_moment(
        self, connect, vendor, reply, monkeypatch
    ):
        waited = []
        monkeypatch.setattr(bsale_client.bsale_pace.Pace, "pause", lambda _, seconds: waited.append(seconds))
        vendor.answers(reply('{"error": "The requested resource is not available"}', status=500), payload("count"))
        assert connect(retries=1).count() == 1926
        assert waited == [1.0]

    @pytest.mark.parametrize("body", ['{"error": "Instance blocked"}', "<html>", ""])
    def test_an_account_that_was_not_paid_has_its_own_advice(self, connect, vendor, reply, body):
        vendor.answers(reply(body, status=402))
        hook = connect(retries=3)
        for ask in (hook.count, lambda: hook.create(NEW)):
            with pytest.raises(FatalError, match="the account is blocked because it was not paid") as raised:
                ask()
            assert "the company must pay Bsale and have its account opened again" in str(raised.value)
        assert len(vendor.asked) == 2

    def test_a_refusal_is_not_asked_for_again(self, connect, vendor, reply):
        vendor.answers(reply('{"error": "no"}', status=400))
        with pytest.raises(DataError):
            connect(retries=3).count()
        assert len(vendor.asked) == 1

    def test_half_an_answer_is_retriable(self, hook, vendor, reply):
        vendor.answers(reply(payload_text("list"), cut=500))
        with pytest.raises(RetriableError, match="broke before the answer was whole"):
            hook.page()

    def test_nobody_at_the_address_is_retriable(self, connection, nobody):
        hook = BsaleHook(connection("bsale", nobody, {"requests_per_second": 500}, password=TOKEN))
        with pytest.raises(RetriableError, match="no connection"):
            hook.count()

    def test_half_an_answer_never_shows_what_it_holds(self, hook, vendor):
        vendor.answers('{"count": 1, "items": [{"id": 1, "name": "Ana Núñez"')
        with pytest.raises(RetriableError) as raised:
            hook.page()
        assert "Núñez" not in str(raised.value)


class TestCreate:
    def test_the_contracts_payment_is_sent_as_it_stands_there(self, hook, vendor, reply):
        vendor.answers(reply(payload_text("created"), status=201))
        assert hook.create(NEW) == payload("created")
        (asked,) = vendor.asked
        assert (asked.method, asked.path) == ("POST", "/bsale/v1/payments.json")
        assert asked.headers["Content-Type"] == "application/json"
        assert asked.json == payload("create")

    def test_dynamic_attributes_go_along_as_the_contract_says(self, hook, vendor):
        vendor.answers(payload("created"))
        attribute = DynamicAttribute(id=1, description="comprobante 123456")
        hook.create(NEW.model_copy(update={"attributes": (attribute,)}))
        assert vendor.asked[0].json == payload("create") | payload("dynamic_attributes")

    def test_an_amount_with_decimals_goes_out_exact(self):
        payment = NEW.model_copy(update={"amount": Decimal("0.10")})
        assert b'"amount":0.10,' in payment.body

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": 0},
            {"amount": -1},
            {"document_id": 0},
            {"payment_type_id": None},
            {"recorded_at": datetime(2024, 9, 6)},
            {"attributes": [{"id": 1, "description": " "}]},
            {"office": 1},
        ],
    )
    def test_a_payment_that_bsale_cannot_take_is_not_even_made(self, wrong):
        with pytest.raises(ValidationError):
            NewPayment.model_validate(NEW.model_dump() | wrong)

    @pytest.mark.parametrize(("body", "words"), FOUR_SHAPES)
    @pytest.mark.parametrize("status", [200, 400, 404, 422])
    def test_a_refusal_in_bsales_words_is_definite(self, hook, vendor, reply, status, body, words):
        vendor.answers(reply(json.dumps(body), status=status))
        with pytest.raises(DataError) as raised:
            hook.create(NEW)
        assert f"“{words}”" in str(raised.value)

    @pytest.mark.parametrize(
        ("status", "body"), [(401, '{"error": "no"}'), (403, '{"error": "no"}'), (404, "<html>"), (405, "")]
    )
    def test_a_call_that_never_reached_bsale_is_definite(self, hook, vendor, reply, status, body):
        vendor.answers(reply(body, status=status))
        with pytest.raises(FatalError):
            hook.create(NEW)

    def test_over_the_limit_it_was_not_carried_out(self, hook, vendor, reply):
        vendor.answers(reply('{"error": "Too many requests", "retry_after": 0.25}', status=429))
        with pytest.raises(RetriableError) as raised:
            hook.create(NEW)
        assert raised.value.retry_after == 0.25
        assert len(vendor.asked) == 1

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (200, ""),
            (201, ""),
            (200, "<html><title>Login</title>"),
            (201, '{"id": 4873, "amou'),
            (201, "[]"),
            (201, "{}"),
            (201, json.dumps(payload("created") | {"amount": 3792})),
            (201, json.dumps(payload("created") | {"amount": None})),
            (201, json.dumps(payload("created") | {"document": {"id": "3005"}})),
            (201, json.dumps(payload("created") | {"payment_type": {"id": "1"}})),
            (403, "<html>"),
            (408, '{"error": "timeout"}'),
            (500, '{"error": "internal"}'),
            (502, "<html>"),
            (302, ""),
        ],
    )
    def test_whatever_does_not_show_the_payment_leaves_it_uncertain_and_is_not_repeated(
        self, connect, vendor, reply, status, body
    ):
        vendor.answers(reply(body, status=status))
        with pytest.raises(UncertainError, match="payment of 3791 for document 3004"):
            connect(retries=3).create(NEW)
        assert len(vendor.asked) == 1

    def test_an_answer_that_never_comes_leaves_it_uncertain_and_is_not_repeated(self, connect, vendor, reply):
        vendor.answers(reply(hang_up=True))
        with pytest.raises(UncertainError):
            connect(retries=3).create(NEW)
        assert len(vendor.asked) == 1

    def test_an_answer_may_write_its_numbers_as_text(self, hook, vendor):
        vendor.answers(payload("created") | {"id": "4873", "amount": "3791.0"})
        assert hook.create(NEW)["id"] == "4873"


def test_all_offices_of_a_company_are_landed_together():
    assert landing_key("1") == landing_key("2") == "*"


def test_a_time_zone_that_is_none_is_told_before_anything_is_sent(connect, vendor):
    with pytest.raises(FatalError, match=r"timezone.*'Chile/Santiago de Chile' is not a time zone"):
        connect(timezone="Chile/Santiago de Chile").count()
    assert vendor.asked == []

"""Bsale's hook against the sandbox, which answers as the contract says: methods, fields, traps, faults, the limit."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cierre.bookkeeping.documents import Kind, Reading, totals
from cierre.closing.wiring import hook_behind
from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError
from hooks.bsale import fetch as bsale_day, wire as bsale_client
from hooks.bsale.hook import BsaleHook, certify, control_totals, read
from hooks.bsale.words import Reason
from hooks.bsale.writes import DynamicAttribute, NewPayment
from sandbox.bsale.settings import Profile, Traps
from support.bsale_landings import payload

DAY = date(2024, 9, 6)
# Chile puts its clocks forward at the midnight that begins this day: the day has no 00:00.
WITHOUT_MIDNIGHT = date(2024, 9, 8)
OFFICES = ("1", "2", "3")
PAGE_FAULTS = ["page_missing", "page_repeated", "page_shifted"]
MANY = {"payments": (40, 40), "traps": Traps()}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Tries that follow at once."""
    monkeypatch.setattr(bsale_client, "wait_random_exponential", lambda **_: lambda _state: 0)


@pytest.fixture
def connect(sandbox, connection) -> Callable[..., BsaleHook]:
    def make(password: str = "sandbox", **extra) -> BsaleHook:
        settings = {"requests_per_second": 500, "retries": 1} | extra
        return hook_behind("bsale", connection("bsale", f"{sandbox.url}/bsale", settings, password=password))

    return make


@pytest.fixture
def hook(connect, sandbox) -> BsaleHook:
    """A hook on a site that does not count: what is tried here is not the limit."""
    sandbox.bsale.set(requests_per_second=10_000)
    return connect()


def close(body: str, office: str, day: date = DAY) -> Reading:
    return read(body, day=day, currency="CLP", key=office)


def failing(body: str, office: str = "1") -> list[str]:
    return [str(claim) for claim in certify(body, currency="CLP", key=office) if not claim.holds]


class TestContract:
    def test_rows_of_lists_have_the_fields_of_the_contract(self, hook):
        rows = hook.payments(recorddate=DAY)
        contract = set(payload("payment"))
        collections = [row for row in rows if row["isCreditPayment"]]
        assert all(set(row) == contract - {"document"} | {"documents"} for row in collections)
        assert all(set(row) == contract for row in rows if not row["isCreditPayment"])
        share = payload("list")["items"][1]["documents"][0]
        assert all(set(document) == set(share) for row in collections for document in row["documents"])

    def test_pages_have_the_fields_of_the_contract(self, hook):
        text = hook.get("/v1/payments.json", {"recorddate": "1725580800", "limit": "3"}, "page", str)
        page = json.loads(text)
        assert list(page) == list(payload("list"))
        assert (page["limit"], page["offset"], len(page["items"])) == (3, 0, 3)

    def test_totals_have_the_fields_of_the_contract(self, hook):
        groups = hook.group_payment_types(recorddate=DAY)
        assert all(list(group) == list(payload("group_payment_types")[0]) for group in groups)
        assert {name for group in groups for detail in group["details"] for name in detail} == {"name", "value"}

    def test_every_filter_of_the_list_and_of_the_totals_does_what_it_says(self, hook):
        rows = hook.payments(recorddate=DAY)
        one = next(row for row in rows if not row["isCreditPayment"] and not row["state"])
        document = one["document"]["id"]
        whole = hook.payment(one["id"], expand=["document"])["document"]
        assert [row["id"] for row in hook.payments(documentid=document)] == [one["id"]]
        assert one["id"] in [row["id"] for row in hook.payments(codesii=whole["codeSii"], number=whole["number"])]
        assert {row["state"] for row in hook.payments(recorddate=DAY, state=1)} == {1}
        assert len(hook.payments(state=0)) + len(hook.payments(state=1)) == hook.count()
        (total,) = hook.group_payment_types(documentid=document)
        assert total["paymentTypeTotalAmount"] == one["amount"] == Decimal(str(whole["totalAmount"]))
        assert {group["officeId"] for group in hook.group_payment_types(recorddate=DAY, officeid=2)} == {2}
        assert {group["paymentTypeId"] for group in hook.group_payment_types(recorddate=DAY, paymenttypeid=5)} == {5}
        codes = {group["codesii"] for group in hook.group_payment_types(recorddate=DAY, codesii=["33", "34"])}
        assert codes == {"33", "34"}

    def test_fields_and_expand_do_what_they_say(self, hook):
        assert all(set(row) == {"id", "amount"} for row in hook.payments(recorddate=DAY, fields=["id", "amount"]))
        (row, *_) = hook.payments(recorddate=DAY, expand=["office", "payment_type"])
        assert {"name", "isVirtual"} <= row["office"].keys() & row["payment_type"].keys()
        assert set(row["user"]) == {"href", "id"}

    def test_an_id_that_is_nowhere_is_told_in_bsales_words(self, hook):
        with pytest.raises(DataError, match=r"payment 7: .*“Resource not found; There is no payment 7”"):
            hook.payment(7)

    def test_a_wrong_token_is_told_in_bsales_words(self, connect):
        with pytest.raises(FatalError, match="“Invalid access_token”"):
            connect(password="wrong").count()

    def test_another_companys_token_sees_that_company(self, connect, hook):
        assert {row["office"]["id"] for row in hook.payments(recorddate=DAY)} == set(OFFICES)
        other = connect(password="sandbox-norte")
        assert {row["office"]["id"] for row in other.payments(recorddate=DAY)} == {"1"}


class TestCreate:
    def new(self, hook: BsaleHook, **fields: object) -> NewPayment:
        row = next(row for row in hook.payments(recorddate=DAY) if not row["isCreditPayment"])
        document = {"document_id": int(row["document"]["id"]), "payment_type_id": 11, "amount": Decimal(3791)}
        return NewPayment(recorded_at=datetime(2024, 9, 6, 15, tzinfo=UTC), **document | fields)

    def test_a_payment_is_created_and_then_listed(self, hook):
        attribute = DynamicAttribute(id=1, description="comprobante 123456")
        new = self.new(hook, attributes=(attribute,))
        answer = hook.create(new)
        assert list(answer) == list(payload("created"))
        found = [row for row in hook.payments(documentid=new.document_id) if row["id"] == answer["id"]]
        assert [row["amount"] for row in found] == [3791]

    @pytest.mark.parametrize("wrong", [{"document_id": 5}, {"payment_type_id": 99}])
    def test_what_bsale_does_not_know_is_refused_in_its_words(self, hook, wrong):
        new = self.new(hook, **wrong)
        with pytest.raises(DataError, match=r"There is no document 5|paymentTypeId does not exist"):
            hook.create(new)

    @pytest.mark.parametrize("action", ["drop_after", "truncated_json", "cut_off"])
    def test_an_answer_that_is_lost_is_found_again_by_its_document(self, hook, sandbox, action):
        new = self.new(hook)
        before = len(hook.payments(documentid=new.document_id))
        sandbox.faults.add(action, vendor="bsale", operation="create")
        with pytest.raises(UncertainError):
            hook.create(new)
        assert sandbox.calls("bsale", "create") == 1
        assert len(hook.payments(documentid=new.document_id)) == before + 1

    def test_over_the_limit_nothing_is_created(self, hook, sandbox):
        new = self.new(hook)
        before = hook.count()
        sandbox.bsale.set(requests_per_second=0)
        with pytest.raises(RetriableError):
            hook.create(new)
        sandbox.bsale.set(requests_per_second=10_000)
        assert hook.count() == before


class TestDay:
    @pytest.mark.parametrize("day", [DAY, WITHOUT_MIDNIGHT, date(2024, 4, 5)])
    def test_what_is_read_agrees_with_bsales_own_books_and_is_attested(self, hook, sandbox, day):
        body = hook.fetch("1", day).body
        for office in OFFICES:
            reading, books = close(body, office, day), sandbox.bsale.books(int(office), day)
            assert failing(body, office) == []
            assert {row.reason for row in reading.quarantined} <= {Reason.VOIDED}
            for kind, figures in (
                (Kind.PAYMENT, books.payments),
                (Kind.SALE, books.sales),
                (Kind.COLLECTION, books.collections),
            ):
                found = {
                    total.form: (total.count, total.net) for total in totals(reading.documents) if total.kind is kind
                }
                assert found == {form: (figure.count, figure.amount) for form, figure in figures.items()}
            voided = [row.net for row in reading.quarantined]
            assert (len(voided), sum(voided)) == (books.voided.count, books.voided.amount)
            assert sum(one.amounts.get("vat", 0) for one in reading.documents) == books.taxes
            assert sum(one.amounts.get("applied", 0) for one in reading.documents) == books.applied
            late = [one.net for one in reading.documents if one.attributes.get("postdated") == "true"]
            assert (len(late), sum(late)) == (books.postdated.count, books.postdated.amount)

    def test_a_day_without_payments_is_landed_as_one(self, hook):
        body = hook.fetch("1", date(2023, 12, 25)).body
        assert close(body, "1", date(2023, 12, 25)) == Reading()
        assert failing(body) == []

    def test_the_same_day_read_twice_is_the_same_body(self, hook):
        first, second = hook.fetch("1", DAY), hook.fetch("3", DAY)
        assert first.body == second.body
        assert first.asked == {"recorddate": "1725580800"}

    def test_a_payment_voided_later_is_seen_when_the_day_is_read_again(self, hook, sandbox):
        before = close(hook.fetch("1", DAY).body, "1")
        sandbox.bsale.void(int(before.documents[0].source_id))
        body = hook.fetch("1", DAY).body
        after = close(body, "1")
        assert before.documents[0].key not in {one.key for one in after.documents}
        assert len(after.quarantined) == len(before.quarantined) + 1
        assert failing(body) == []

    @pytest.mark.parametrize(
        "site",
        [
            {"newest_first": False},
            {"short_pages": False},
            {"filter_misses_undated": False},
            {"groups_count_voids": True},
            {"filter_misses_undated": False, "groups_count_voids": True, "newest_first": False},
        ],
    )
    def test_sites_that_differ_in_what_nobody_wrote_down_close_alike(self, hook, sandbox, site):
        usual = {office: close(hook.fetch("1", DAY).body, office) for office in OFFICES}
        sandbox.bsale.set(**site)
        body = hook.fetch("1", DAY).body
        for office in OFFICES:
            assert failing(body, office) == []
            assert {one.key: one.amounts for one in close(body, office).documents} == {
                one.key: one.amounts for one in usual[office].documents
            }

    def test_neighbouring_days_share_no_payment(self, hook):
        bodies = {day: hook.fetch("1", day).body for day in (date(2024, 9, 5), DAY, date(2024, 9, 7))}
        keys = [one.key for day, body in bodies.items() for one in close(body, "3", day).documents]
        assert len(keys) == len(set(keys))

    @pytest.mark.parametrize("undated_filtered", [True, False])
    def test_days_before_and_after_others_find_their_undated_payments(self, hook, sandbox, undated_filtered):
        sandbox.bsale.set(filter_misses_undated=undated_filtered)
        for day in (date(2024, 9, 3), date(2024, 9, 10), DAY):
            found = close(hook.fetch("1", day).body, "3", day)
            books = sandbox.bsale.books(3, day)
            assert sum(one.net for one in found.documents if one.kind is Kind.PAYMENT) == sum(
                figure.amount for figure in books.payments.values()
            )


class TestKindsOfDocuments:
    TRAPS = Traps(negative_amounts=True, paid_credit_notes=True, own_kinds=True)

    @pytest.fixture(params=[True, False], ids=["documents tell codes", "documents tell kinds"])
    def body(self, hook, sandbox, request) -> str:
        sandbox.bsale.set(documents_tell_codes=request.param)
        sandbox.bsale.set_profile(Profile(traps=self.TRAPS))
        return hook.fetch("1", DAY).body

    def test_money_that_goes_out_agrees_with_bsales_own_books_and_is_attested(self, body, sandbox):
        for office in OFFICES:
            assert failing(body, office) == []
            reading, books = close(body, office), sandbox.bsale.books(int(office), DAY)
            refunds = {total.form: total.net for total in totals(reading.documents) if total.kind is Kind.REFUND}
            assert refunds == {form: figure.amount for form, figure in books.refunds.items()} != {}
            vat = sum(one.amounts["vat"] for one in reading.documents if one.kind is Kind.REFUND)
            assert vat == books.returned_taxes > 0

    def test_kinds_without_a_code_are_known_by_name_and_others_by_code(self, body):
        kinds = {one.attributes.get("document_type") for one in close(body, "1").documents if one.kind is Kind.PAYMENT}
        assert {"Nota de venta", "52", "39", "41"} <= kinds

    def test_a_site_that_writes_out_no_documents_is_asked_kind_by_kind(self, hook, body, monkeypatch):
        monkeypatch.setattr(bsale_day, "WRITTEN_OUT", ["payment_type"])
        again = hook.fetch("1", DAY).body
        assert failing(again) == []

        def known(which: str) -> dict:
            return {one.key: one.attributes.get("document_type") for one in close(which, "1").documents}

        assert {key: of for key, of in known(again).items() if of} == {
            key: of for key, of in known(body).items() if of and of != "Nota de venta"
        }


class TestRowsThatComeIn:
    @pytest.mark.parametrize("newest_first", [True, False])
    @pytest.mark.parametrize("growing", [1, 3, 7])
    def test_payments_that_come_in_during_the_reading_are_all_read(self, hook, sandbox, newest_first, growing):
        sandbox.bsale.set_profile(Profile(**MANY))
        sandbox.bsale.set(growing=growing, newest_first=newest_first)
        body = hook.fetch("1", DAY).body
        books = sandbox.bsale.books(1, DAY)
        assert failing(body) == []
        cash = sum(one.net for one in close(body, "1").documents if (one.kind, one.form) == (Kind.PAYMENT, "1"))
        assert cash == books.payments["1"].amount

    def test_a_day_that_never_holds_still_is_not_landed(self, hook, sandbox):
        sandbox.bsale.set(growing=10_000)
        with pytest.raises(RetriableError, match="grew on and on"):
            hook.fetch("1", DAY)


class TestPageFaults:
    @pytest.fixture
    def whole(self, hook, sandbox) -> str:
        """The body of a day of several pages."""
        sandbox.bsale.set_profile(Profile(**MANY))
        return hook.fetch("1", DAY).body

    @pytest.mark.parametrize("skip", [0, 1, 4])
    @pytest.mark.parametrize("operation", ["payments", "group_payment_types"])
    @pytest.mark.parametrize("fault", PAGE_FAULTS)
    def test_one_wrong_page_is_read_again(self, hook, sandbox, whole, fault, operation, skip):
        sandbox.faults.add(fault, vendor="bsale", operation=operation, skip=skip)
        assert hook.fetch("1", DAY).body == whole

    @pytest.mark.parametrize("offset", ["0", "50", "100"])
    @pytest.mark.parametrize("fault", PAGE_FAULTS)
    def test_a_page_of_payments_that_stays_wrong_is_never_posted(self, hook, sandbox, whole, fault, offset):
        sandbox.faults.add(
            fault, vendor="bsale", operation="payments", match={"offset": offset, "limit": "50"}, times=None
        )
        self.never_posted(hook, whole)

    @pytest.mark.parametrize("fault", PAGE_FAULTS)
    def test_a_page_of_totals_that_stays_wrong_is_never_posted(self, hook, sandbox, whole, fault):
        sandbox.faults.add(fault, vendor="bsale", operation="group_payment_types", times=None)
        self.never_posted(hook, whole)

    @pytest.mark.parametrize("fault", PAGE_FAULTS)
    def test_a_landed_body_whose_page_went_wrong_has_no_certificate(self, whole, fault):
        """What the certificate says if such a body had left the hook."""
        day = json.loads(whole)
        rows = day["payments"]
        page = {"page_missing": [], "page_repeated": rows[:50], "page_shifted": rows[51:101]}[fault]
        day["payments"] = rows[:50] + page + rows[100:]
        assert any(failing(json.dumps(day), office) for office in OFFICES)

    @staticmethod
    def never_posted(hook: BsaleHook, whole: str) -> None:
        try:
            body = hook.fetch("1", DAY).body
        except RetriableError:
            return
        assert body == whole or any(failing(body, office) for office in OFFICES)

    def test_a_payment_that_lists_hide_fails_the_certificate_with_both_figures(self, hook, sandbox):
        sandbox.bsale.set_profile(Profile(traps=Traps(hidden_from_lists=True)))
        body = hook.fetch("1", DAY).body
        told = failing(body)
        assert any("in count.json and in the list" in claim for claim in told)
        assert any(claim.startswith("office 1, form 1, document type") for claim in told)

    def test_days_that_need_a_person_say_so(self, hook, sandbox):
        sandbox.bsale.set_profile(Profile(traps=Traps(without_office=True)))
        body = hook.fetch("1", DAY).body
        stopping = {row.reason for row in close(body, "1").quarantined if row.blocking}
        assert stopping == {Reason.NO_OFFICE}


class TestFaults:
    @pytest.mark.parametrize("operation", ["payments", "group_payment_types", "count"])
    @pytest.mark.parametrize(
        "fault",
        [
            {"action": "drop_before"},
            {"action": "drop_after"},
            {"action": "status", "status": 500},
            {"action": "status", "status": 429},
            {"action": "html_200"},
            {"action": "empty_200"},
            {"action": "truncated_json"},
            {"action": "cut_off"},
        ],
        ids=lambda fault: f"{fault['action']}{fault.get('status', '')}",
    )
    def test_a_fault_is_got_over_once_and_told_if_it_stays(self, hook, sandbox, operation, fault, monkeypatch):
        monkeypatch.setattr(bsale_client.bsale_pace, "SECOND", 0.01)
        whole = hook.fetch("1", DAY).body
        sandbox.faults.add(**fault, vendor="bsale", operation=operation, skip=1)
        assert hook.fetch("1", DAY).body == whole
        sandbox.faults.remove()
        sandbox.faults.add(**fault, vendor="bsale", operation=operation, times=None)
        with pytest.raises(RetriableError):
            hook.fetch("1", DAY)

    def test_errors_that_are_answered_with_nothing_are_told(self, connect, sandbox):
        sandbox.bsale.set(silent_errors=True)
        with pytest.raises(RetriableError, match="the answer is empty"):
            connect(password="wrong").count()


class TestLimit:
    @pytest.fixture
    def days(self, sandbox) -> Iterator[list[date]]:
        sandbox.bsale.set_profile(Profile(payments=(5, 5), traps=Traps.none()))
        return [date(2024, 9, number) for number in (4, 5, 6)]

    def test_hooks_of_one_process_never_exceed_it_and_are_not_held_to_a_share_of_it(self, connect, sandbox, days):
        hooks = [connect(requests_per_second=8) for _ in days]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda hook, day: hook.fetch("1", day), hooks, days))
        seen = sandbox.bsale.traffic
        assert seen.refused == 0
        assert 8 // 3 < seen.busiest_second <= 8  # how near it comes to 8 is the machine's affair

    def test_hooks_of_all_processes_share_it_through_the_ledger(self, connect, sandbox, days, ledger_dsn, monkeypatch):
        monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", ledger_dsn.replace("postgresql://", "postgres://", 1))
        hooks = [connect(requests_per_second=8) for _ in days]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda hook, day: hook.fetch("1", day), hooks, days))
        seen = sandbox.bsale.traffic
        assert seen.refused == 0
        assert 8 // 3 < seen.busiest_second <= 8  # how near it comes to 8 is the machine's affair
        assert len({id(hook._pace) for hook in hooks}) == 3

    @pytest.mark.parametrize("told_in", ["header", "body"])
    def test_a_site_that_allows_less_is_waited_for(self, connect, sandbox, told_in):
        # So much less that a machine that is busy asks too often, too.
        sandbox.bsale.set(requests_per_second=2, retry_after=told_in)
        hook = connect(requests_per_second=8, retries=10)
        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(lambda _: hook.count(), range(6))) == [0] * 6
        assert sandbox.bsale.traffic.refused > 0

    def test_a_ledger_that_cannot_be_reached_is_told_before_anything_is_sent(self, connect, sandbox, monkeypatch):
        monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", "postgres://nobody:secret@127.0.0.1:1/none")
        works, sentence = connect().test_connection()
        assert not works
        assert "the ledger (ledger_db), which keeps everybody's turns, cannot be reached" in sentence
        assert "secret" not in sentence
        assert sandbox.calls("bsale") == 0


def test_control_totals_count_what_is_read_and_what_is_not(hook):
    body = hook.fetch("1", DAY).body
    reading = close(body, "2")
    summed = control_totals(body, currency="CLP", key="2")
    assert sum(total.count for total in summed) == len(reading.documents) + len(reading.quarantined)

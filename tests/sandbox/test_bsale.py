"""The sandbox's Bsale: what it answers, refuses and throttles, and the days that it makes."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests

from sandbox.bsale.settings import Profile, Traps
from sandbox.server import SandboxServer
from sandbox.vendor import Options

DAY = date(2024, 9, 6)
SECONDS = int(datetime(2024, 9, 6, tzinfo=UTC).timestamp())
SANTIAGO = 4 * 3600


class Client:
    """Speaks to Bsale as a client does."""

    def __init__(self, sandbox: SandboxServer, token: str = "sandbox") -> None:
        self.url, self.headers = f"{sandbox.url}/bsale/v1/payments", {"access_token": token}

    def get(self, path: str = "", **parameters: Any) -> requests.Response:
        return requests.get(f"{self.url}{path}.json", params=parameters, headers=self.headers, timeout=10)

    def rows(self, **parameters: Any) -> list[dict]:
        """All rows, page by page, by what arrived."""
        rows: list[dict] = []
        while page := self.get(offset=len(rows), limit=50, **parameters).json()["items"]:
            rows += page
        return rows

    def post(self, body: Any) -> requests.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return requests.post(f"{self.url}.json", data=text, headers=self.headers, timeout=10)


@pytest.fixture
def client(sandbox) -> Client:
    sandbox.bsale.set(requests_per_second=10_000)
    return Client(sandbox)


def ids(rows: list[dict]) -> list[int]:
    return [row["id"] for row in rows]


class TestLists:
    def test_a_page_has_25_rows_unless_asked_and_never_more_than_50(self, client, sandbox):
        sandbox.bsale.set(short_pages=False)
        client.get(recorddate=SECONDS)
        for asked, given in [({}, 25), ({"limit": 10}, 10), ({"limit": 50}, 50), ({"limit": 500}, 50)]:
            page = client.get(recorddate=SECONDS, **asked).json()
            assert (page["limit"], len(page["items"]), page["offset"]) == (given, given, 0)

    def test_pages_can_end_before_they_are_full_and_next_does_not_know(self, client):
        client.get(recorddate=SECONDS)
        page = client.get(recorddate=SECONDS, limit=50, offset=25).json()
        assert len(page["items"]) == 30
        assert "offset=75" in page["next"]

    def test_the_last_page_has_no_next(self, client):
        count = client.get(recorddate=SECONDS).json()["count"]
        assert "next" not in client.get(recorddate=SECONDS, limit=50, offset=count - 10).json()

    def test_the_newest_come_first_or_last(self, client, sandbox):
        newest_first = client.rows(recorddate=SECONDS)
        sandbox.bsale.set(newest_first=False)
        assert client.rows(recorddate=SECONDS) == list(reversed(newest_first))
        assert ids(newest_first) == sorted(ids(newest_first), reverse=True)

    def test_recorddate_is_any_second_of_a_day_in_utc(self, client):
        rows = client.rows(recorddate=SECONDS)
        assert client.rows(recorddate=SECONDS + SANTIAGO) == rows
        assert all(SECONDS <= row["recordDate"] < SECONDS + 86_400 for row in rows)
        assert not set(ids(client.rows(recorddate=SECONDS + 86_400))) & set(ids(rows))

    def test_recorddate_passes_over_undated_payments_or_gives_them_by_their_local_day(self, client, sandbox):
        assert all(row["recordDate"] for row in client.rows(recorddate=SECONDS))
        undated = [row for row in client.rows() if row["recordDate"] == ""]
        assert len(undated) == 9
        sandbox.bsale.set(filter_misses_undated=False)
        assert set(ids(undated)) <= set(ids(client.rows(recorddate=SECONDS)))

    def test_state_documentid_codesii_and_number_choose(self, client):
        rows = client.rows(recorddate=SECONDS)
        assert Counter(row["state"] for row in rows) == {0: len(rows) - 6, 1: 6}
        assert {row["state"] for row in client.rows(recorddate=SECONDS, state=1)} == {1}
        single = next(row for row in rows if "document" in row)
        document = client.get(f"/{single['id']}", expand="[document]").json()["document"]
        assert ids(client.rows(documentid=document["id"])) == [single["id"]]
        assert single["id"] in ids(client.rows(codesii=document["codeSii"], number=document["number"]))
        assert client.rows(codesii="61") == []

    def test_a_collection_is_found_by_any_of_its_documents(self, client):
        shared = next(row for row in client.rows(recorddate=SECONDS) if len(row.get("documents", [])) > 1)
        for document in shared["documents"]:
            assert ids(client.rows(documentid=document["id"])) == [shared["id"]]

    def test_ids_are_numbers_above_and_texts_below_unless_expanded(self, client):
        row = client.rows(recorddate=SECONDS)[0]
        assert isinstance(row["id"], int)
        assert {type(row[name]["id"]) for name in ("payment_type", "office", "user", "document")} == {str}
        (row, *_) = client.rows(recorddate=SECONDS, expand="[office,payment_type,user,document]")
        assert {type(row[name]["id"]) for name in ("payment_type", "office", "user", "document")} == {int}

    def test_fields_keep_only_what_is_asked_for(self, client):
        assert set(client.rows(recorddate=SECONDS, fields="[id,amount]")[0]) == {"id", "amount"}

    def test_a_day_to_come_and_one_before_the_first_are_empty(self, client):
        for day in (datetime(2024, 12, 24, tzinfo=UTC), datetime(2019, 12, 31, tzinfo=UTC)):
            assert client.get(recorddate=int(day.timestamp())).json()["count"] == 0


class TestTotals:
    def test_they_are_what_the_days_active_payments_come_to(self, client):
        groups = client.get("/group_payment_types", recorddate=SECONDS, limit=50).json()
        groups += client.get("/group_payment_types", recorddate=SECONDS, limit=50, offset=len(groups)).json()
        active = [row for row in client.rows(recorddate=SECONDS) if not row["state"]]
        for office in ("1", "2", "3"):
            of_it = [row for row in active if row["office"]["id"] == office]
            summed = Counter()
            for row in of_it:
                summed[int(row["payment_type"]["id"])] += float(row["amount"])
            told = Counter()
            for group in groups:
                if str(group["officeId"]) == office:
                    told[group["paymentTypeId"]] += group["paymentTypeTotalAmount"]
            assert told == summed

    def test_officeid_paymenttypeid_documentid_and_several_codesii_choose(self, client):
        client.get(recorddate=SECONDS)

        def ask(**which: Any) -> list[dict]:
            return client.get("/group_payment_types", recorddate=SECONDS, limit=50, **which).json()

        assert {group["officeId"] for group in ask(officeid=2)} == {2}
        assert {group["paymentTypeId"] for group in ask(paymenttypeid=4)} == {4}
        assert {group["codesii"] for group in ask(codesii="34,41")} == {"34", "41"}
        (row, *_) = client.rows(recorddate=SECONDS, state=0)
        assert [group["paymentTypeTotalAmount"] for group in ask(documentid=row["document"]["id"])] == [row["amount"]]

    def test_voids_count_where_a_site_says_so(self, client, sandbox):
        before = sum(group["paymentTypeTotalAmount"] for group in client.get("/group_payment_types").json())
        client.get(recorddate=SECONDS)

        def total() -> float:
            groups = client.get("/group_payment_types", recorddate=SECONDS, limit=50, officeid=1).json()
            return sum(group["paymentTypeTotalAmount"] for group in groups)

        without = total()
        sandbox.bsale.set(groups_count_voids=True)
        assert total() == without + sandbox.bsale.books(1, DAY).voided.amount
        assert before == 0

    def test_flags_say_what_a_form_is(self, client):
        client.get(recorddate=SECONDS)
        groups = client.get("/group_payment_types", recorddate=SECONDS, limit=50).json()
        flagged = {
            (group["paymentTypeId"], name)
            for group in groups
            for name in group
            if group[name] == 1 and name[:2] == "is"
        }
        assert flagged == {
            (1, "isCash"),
            (4, "isClientCredit"),
            (5, "isCheck"),
            (7, "isCreditNote"),
            (8, "isCreditMemo"),
        } & {*flagged}
        assert {(1, "isCash"), (4, "isClientCredit"), (5, "isCheck"), (7, "isCreditNote")} <= flagged


class TestErrors:
    def test_they_come_in_four_shapes(self, client, sandbox):
        answers = [
            (Client(sandbox, "wrong").get(), 401, {"error": "Invalid access_token"}),
            (client.get(limit="many"), 400, {"message": "Invalid value for parameter limit", "code": 400}),
            (client.get("/7"), 404, {"error": "Resource not found", "details": "There is no payment 7"}),
        ]
        for response, status, body in answers:
            assert (response.status_code, response.json()) == (status, body)
        response = client.post({"amount": 0, "recordDate": SECONDS, "documentId": 1})
        assert response.status_code == 400
        assert response.json() == {
            "errors": [
                {"field": "paymentTypeId", "message": "paymentTypeId is required"},
                {"field": "amount", "message": "amount must be greater than zero"},
            ]
        }

    @pytest.mark.parametrize(
        "parameters", [{"limit": 0}, {"offset": "x"}, {"recorddate": "2024-09-06"}, {"state": "-1"}]
    )
    def test_parameters_that_are_none_are_refused(self, client, parameters):
        assert client.get(**parameters).status_code == 400

    def test_a_site_may_answer_errors_with_200_and_nothing(self, client, sandbox):
        sandbox.bsale.set(silent_errors=True)
        response = client.get("/7")
        assert (response.status_code, response.text) == (200, "")


class TestCreate:
    def new(self, client: Client, **fields: Any) -> dict:
        row = next(row for row in client.rows(recorddate=SECONDS) if "document" in row)
        document = int(row["document"]["id"])
        return {"recordDate": SECONDS, "amount": 3791, "documentId": document, "paymentTypeId": 11} | fields

    def test_a_payment_joins_its_document_at_its_office(self, client):
        new = self.new(client)
        response = client.post(
            new | {"dynamicAttributes": [{"description": "comprobante 123456", "dynamicAttributeId": 1}]}
        )
        assert response.status_code == 201
        found = client.get(f"/{response.json()['id']}").json()
        assert (found["amount"], found["document"]["id"]) == (3791, str(new["documentId"]))
        assert response.json()["id"] in ids(client.rows(documentid=new["documentId"]))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": -1},
            {"amount": "3791"},
            {"amount": 10.5},
            {"documentId": 999},
            {"paymentTypeId": 99},
            {"recordDate": None},
            {"dynamicAttributes": [{"description": "without its id"}]},
            {"dynamicAttributes": ["text"]},
        ],
    )
    def test_what_is_wrong_creates_nothing(self, client, wrong):
        new = self.new(client) | wrong
        before = client.get("/count").json()
        assert client.post(new).status_code in (400, 404)
        assert client.get("/count").json() == before

    @pytest.mark.parametrize("body", ["", "{", "[]", "null"])
    def test_a_body_that_is_no_object_is_refused(self, client, body):
        assert client.post(body).status_code == 400


class TestThrottle:
    def test_no_more_than_eight_requests_of_a_token_come_in_within_a_second(self, sandbox):
        client = Client(sandbox)
        with ThreadPoolExecutor(12) as pool:
            statuses = Counter(pool.map(lambda _: client.get("/count").status_code, range(12)))
        traffic = sandbox.bsale.traffic
        assert statuses == {200: traffic.served, 429: traffic.refused}
        assert traffic.busiest_second == 8

    def test_another_token_is_counted_apart(self, sandbox):
        sandbox.bsale.set(requests_per_second=0)
        assert Client(sandbox).get("/count").status_code == 429
        sandbox.bsale.set(requests_per_second=1)
        assert [Client(sandbox, token).get("/count").status_code for token in ("sandbox", "sandbox-norte")] == [
            200,
            200,
        ]

    @pytest.mark.parametrize("told_in", ["header", "body"])
    def test_a_refusal_says_how_long_to_wait(self, sandbox, told_in):
        sandbox.bsale.set(requests_per_second=0, retry_after=told_in)
        response = Client(sandbox).get("/count")
        assert response.status_code == 429
        told = response.headers.get("Retry-After") if told_in == "header" else str(response.json()["retry_after"])
        assert told == "1"


class TestDays:
    def test_the_same_seed_makes_the_same_day_whatever_was_asked_before(self, charts):
        def day(seed: str, *before: int) -> list[dict]:
            with SandboxServer(options=Options(seed=seed, chart_dir=charts)) as server:
                server.bsale.set(requests_per_second=10_000)
                client = Client(server)
                for seconds in before:
                    client.get(recorddate=seconds)
                return client.rows(recorddate=SECONDS)

        assert day("one") == day("one", SECONDS - 86_400, SECONDS + 86_400)
        assert day("one") != day("two")

    def test_every_trap_that_is_on_is_in_every_office_of_the_day(self, client):
        client.get(recorddate=SECONDS)
        for office in ("1", "2", "3"):
            rows = [row for row in client.rows() if row["office"]["id"] == office]
            dates = [row["recordDate"] for row in rows]
            amounts = [row["amount"] for row in rows]
            assert {type(amount) for amount in amounts} == {int, float, str}
            assert SECONDS + SANTIAGO in dates
            assert "" in dates
            assert any(seconds % 3600 for seconds in dates if seconds)
            assert any(row["createdAt"] >= SECONDS + 86_400 + SANTIAGO for row in rows)
            assert {row["state"] for row in rows} == {0, 1}
            cheques = [row for row in rows if row["payment_type"]["id"] == "5"]
            assert {row["checkDate"] for row in cheques} == {None, SECONDS, SECONDS + 30 * 86_400}
            spreads = {
                row["amount"] - sum(document["amount"] for document in row["documents"])
                for row in rows
                if row["isCreditPayment"]
            }
            assert spreads == {0, 4550, -1210}
            assert any(row["payment_type"]["id"] == "4" for row in rows)

    def test_plain_days_have_none_of_them(self, client, sandbox):
        sandbox.bsale.set_profile(Profile(payments=(7, 7), traps=Traps.none()))
        rows = client.rows(recorddate=SECONDS)
        assert len(rows) == 21
        assert all(row["recordDate"] == SECONDS and isinstance(row["amount"], int) and not row["state"] for row in rows)

    def test_offices_rest_on_sundays_and_holidays_but_for_one(self, client):
        sunday = int(datetime(2024, 9, 8, tzinfo=UTC).timestamp())
        holiday = int(datetime(2024, 9, 18, tzinfo=UTC).timestamp())
        assert {row["office"]["id"] for row in client.rows(recorddate=sunday)} == {"3"}
        assert client.rows(recorddate=holiday) == []

    def test_each_company_has_its_own_payments(self, client, sandbox):
        client.get(recorddate=SECONDS)
        other = Client(sandbox, "sandbox-norte")
        assert other.get("/count").json() == {"count": 0}
        assert {row["office"]["id"] for row in other.rows(recorddate=SECONDS)} == {"1"}


class TestControls:
    def test_the_books_count_what_the_list_shows(self, client, sandbox):
        books = sandbox.bsale.books(2, DAY)
        rows = [row for row in client.rows() if row["office"]["id"] == "2"]
        cash = [
            float(row["amount"])
            for row in rows
            if row["payment_type"]["id"] == "1" and not row["state"] and not row["isCreditPayment"]
        ]
        assert (books.payments["1"].count, books.payments["1"].amount) == (len(cash), sum(cash))
        assert books.voided.count == sum(row["state"] for row in rows)

    def test_a_late_payment_and_a_void_change_a_day_that_was_read(self, client, sandbox):
        before = client.rows(recorddate=SECONDS)
        late = sandbox.bsale.pay_late(1, DAY, amount=12_340)
        assert [row["amount"] for row in client.rows(recorddate=SECONDS) if row["id"] == late] == [12_340]
        sandbox.bsale.void(before[0]["id"])
        assert before[0]["id"] in ids(client.rows(recorddate=SECONDS, state=1))

    def test_payments_may_come_in_while_a_day_is_read(self, client, sandbox):
        count = client.get(recorddate=SECONDS).json()["count"]
        sandbox.bsale.set(growing=2)
        assert [client.get(recorddate=SECONDS).json()["count"] for _ in range(4)] == [
            count,
            count + 1,
            count + 2,
            count + 2,
        ]

    @pytest.mark.parametrize(
        ("fault", "first", "last"), [("page_missing", None, None), ("page_repeated", 0, 9), ("page_shifted", 11, 20)]
    )
    def test_a_page_can_be_missing_repeated_or_shifted(self, client, sandbox, fault, first, last):
        whole = client.get(recorddate=SECONDS, limit=50).json()["items"]
        sandbox.faults.add(fault, vendor="bsale", operation="payments", match={"offset": "10"})
        page = client.get(recorddate=SECONDS, limit=10, offset=10).json()
        assert page["offset"] == 10
        assert page["items"] == ([] if first is None else whole[first : last + 1])
        assert client.get(recorddate=SECONDS, limit=10, offset=10).json()["items"] == whole[10:20]

    def test_who_is_not_there_cannot_be_asked_for(self, sandbox):
        with pytest.raises(requests.HTTPError, match="no company 'oriente'"):
            sandbox.bsale.books(1, DAY, company="oriente")
        with pytest.raises(requests.HTTPError, match="has no payment 7"):
            sandbox.bsale.void(7)

    def test_calls_are_counted_by_what_they_ask(self, client, sandbox):
        client.get(recorddate=SECONDS)
        client.get("/7")
        client.get("/count", state=1)
        client.post({})
        assert sandbox.calls("bsale", "payments", recorddate=str(SECONDS)) == 1
        assert sandbox.calls("bsale", "payment", id="7") == 1
        assert sandbox.calls("bsale", "count", state="1") == sandbox.calls("bsale", "create") == 1

"""SGE: what its hook asks and how, what it makes of answers and refusals, and how files are streamed."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.invoices import InvoiceSeen
from cierre.closing.wiring import hook_behind
from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.sge.columns import Column
from hooks.sge.hook import SgeHook, certify, control_totals, invoices_seen, landing_key, plan
from support.sge_landings import COLUMNS, detail, invoice, landed
from support.sge_reading import read

DAY = date(2024, 5, 20)
ROW = invoice("1", DAY)
BARE = ROW | {"columnas": {id: value for id, value in ROW["columnas"].items() if id != "9"}}
"""The same as a row that does not say what was collected."""


def known(row: dict, **changes) -> InvoiceSeen:
    """An invoice as an earlier reading showed it: not collected."""
    (seen,) = invoices_seen(landed(DAY, row), currency="EUR", key="P1")
    return replace(seen, **changes)


@pytest.fixture
def hook(vendor, connection) -> SgeHook:
    return hook_behind("sge", connection("sge", f"{vendor.url}/sge", password="s3cret"))


@pytest.fixture
def paged(vendor, connection) -> SgeHook:
    return hook_behind("sge", connection("sge", f"{vendor.url}/sge", {"page_size": 2}))


class TestFetch:
    def answers(self, vendor, *rows, alone=None, planned=(), columns=COLUMNS):
        of_the_day = [row for row in rows if row["columnas"]["1"] == str(DAY)] if alone is None else alone
        vendor.answers(columns, list(rows), of_the_day, list(planned))

    def test_it_asks_for_columns_the_window_the_day_alone_and_planned_items(self, hook, vendor):
        self.answers(vendor, ROW)
        hook.fetch("P1", DAY)
        window = 'proyectoId=="P1";fechaFactura=bt=("2024-01-20T23:00:00Z","2024-05-20T21:59:59Z")'
        alone = 'proyectoId=="P1";fechaFactura=bt=("2024-05-19T22:00:00Z","2024-05-20T21:59:59Z")'
        assert [(asked.path, asked.query) for asked in vendor.asked] == [
            ("/sge/facturas-emitidas/columnas", {"q": window}),
            ("/sge/facturas-emitidas", {"q": window, "s": "id,asc"}),
            ("/sge/facturas-emitidas", {"q": alone, "s": "id,asc"}),
            ("/sge/facturas-previstas-emitidas", {"q": 'numeroFactura=in=("J2024/1")', "s": "id,asc"}),
        ]

    def test_the_window_reaches_back_as_far_as_the_connection_says(self, vendor, connection):
        hook = hook_behind("sge", connection("sge", vendor.url, {"lookback_days": 19}))
        self.answers(vendor, ROW)
        body = json.loads(hook.fetch("P1", DAY).body)
        assert (body["since"], body["day"]) == ("2024-05-01", "2024-05-20")
        assert '"2024-04-30T22:00:00Z"' in vendor.asked[0].query["q"]

    def test_answers_are_kept_as_they_came_with_what_was_asked_and_when(self, hook, vendor):
        raw = json.dumps([ROW]).replace("100.0", "100.00")
        vendor.answers(COLUMNS, raw, raw, [])
        before = datetime.now(UTC)
        answer = hook.fetch("P1", DAY)
        assert raw in answer.body
        assert before <= answer.received_at <= datetime.now(UTC)
        assert answer.asked == {"P1": vendor.asked[0].query["q"]}

    def test_each_project_is_asked_alone(self, hook, vendor):
        vendor.answers(COLUMNS, [], [], COLUMNS, [], [])
        hook.fetch("P1, P2", DAY)
        assert [asked.query["q"][:16] for asked in vendor.asked[::3]] == ['proyectoId=="P1"', 'proyectoId=="P2"']

    def test_a_group_in_which_nothing_was_issued_is_landed_as_nothing(self, hook, vendor, reply):
        vendor.answers(reply(status=204))
        body = hook.fetch("P1", DAY).body
        assert read(body, day=DAY, currency="EUR", key="P1").documents == []

    def test_planned_items_of_many_invoices_are_asked_in_several_calls(self, hook, vendor):
        self.answers(vendor, *(invoice(str(number), DAY) for number in range(41)))
        hook.fetch("P1", DAY)
        asked = [asked.query["q"].count("J2024") for asked in vendor.asked if "previstas" in asked.path]
        assert asked == [40, 1]

    def test_columns_that_are_not_as_reviewed_are_told_before_anything_else_is_read(self, hook, vendor):
        self.answers(vendor, ROW, columns=COLUMNS[:-1])
        with pytest.raises(DataError, match=r"project P1, 2024-01-21 to 2024-05-20.*“Número previsión”.*is missing"):
            hook.fetch("P1", DAY)

    def test_rows_without_any_columns_are_refused(self, hook, vendor):
        self.answers(vendor, ROW, columns=[])
        with pytest.raises(DataError, match="is missing"):
            hook.fetch("P1", DAY)

    def test_without_a_review_of_the_columns_nothing_is_asked(self, hook, vendor, monkeypatch, tmp_path):
        monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))
        with pytest.raises(MappingError, match=r"sge_columns\.yaml"):
            hook.fetch("P1", DAY)
        assert not vendor.asked

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"proyectoId": "P7"}, "the server ignores the query"),
            ({"id": ""}, "without an id"),
            ({"id": 7}, "without an id"),
            ({"columnas": []}, "without columns"),
            ({"columnas": {"1": str(DAY), "77": "?"}}, "columns that are not announced: 77"),
        ],
    )
    def test_a_row_that_should_not_be_there_is_refused(self, hook, vendor, changes, said):
        vendor.answers(COLUMNS, [ROW | changes], [])
        with pytest.raises(DataError, match=said):
            hook.fetch("P1", DAY)

    def test_nor_may_it_be_in_the_day_asked_alone(self, hook, vendor):
        self.answers(vendor, ROW, alone=[ROW | {"proyectoId": "P7"}])
        with pytest.raises(DataError, match="the server ignores the query"):
            hook.fetch("P1", DAY)

    def test_an_invoice_that_stands_twice_and_not_alike_is_refused(self, hook, vendor):
        vendor.answers(COLUMNS, [ROW, invoice("1", DAY, 121)], [])
        with pytest.raises(DataError, match="invoice 1 stands twice and not alike"):
            hook.fetch("P1", DAY)

    def test_one_that_stands_twice_alike_is_detailed_once(self, hook, vendor):
        vendor.answers(COLUMNS, [BARE, BARE], [BARE], detail(ROW), [])
        body = hook.fetch("P1", DAY).body
        assert [asked.path for asked in vendor.asked].count("/sge/facturas-emitidas/1") == 1
        assert len(read(body, day=DAY, currency="EUR", key="P1").documents) == 1

    @pytest.mark.parametrize(
        ("broken", "said"),
        [
            (detail(invoice("2", DAY)), "the detail is of '2'"),
            (detail(ROW) | {"campos": None}, "has no fields"),
            (detail(ROW) | {"campos": detail(ROW)["campos"][:-2]}, "no field “Importe cobrado”"),
            (detail(ROW) | {"campos": [{"valor": 1}]}, "no field “Fecha emisión”"),
        ],
    )
    def test_a_detail_that_is_not_the_invoices_is_refused(self, hook, vendor, broken, said):
        vendor.answers(COLUMNS, [BARE], [BARE], broken)
        with pytest.raises(DataError, match=said):
            hook.fetch("P1", DAY)

    def test_what_a_row_does_not_say_is_taken_from_its_detail(self, hook, vendor):
        paid = detail(invoice("1", DAY, 121, DAY))
        vendor.answers(COLUMNS, [BARE], [BARE], paid, [])
        body = hook.fetch("P1", DAY).body
        sale, collection = read(body, day=DAY, currency="EUR", key="P1").documents
        assert (sale.kind, collection.kind, collection.net) == (Kind.SALE, Kind.COLLECTION, Decimal(121))
        assert all(claim.holds for claim in certify(body, currency="EUR", key="P1"))

    def test_details_are_asked_for_several_at_once_and_each_is_tried_again_by_itself(self, vendor, connection, reply):
        rows = [BARE | {"id": str(number), "numeroFactura": f"J2024/{number}"} for number in range(6)]
        hook = hook_behind("sge", connection("sge", vendor.url, {"retries": 3, "details_at_once": 3}))
        asked = iter([reply(status=500), reply(hang_up=True), reply('{"id": "2", "cam'), *[None] * 20])

        class Replies(list):
            """Answers each detail by its id, once three of them went wrong."""

            def pop(self, _=0):
                path = vendor.asked[-1].path
                if "/facturas-emitidas/" not in path or path.endswith("columnas"):
                    return super().pop(0) if len(self) > 1 else self[0]
                number = path.rpartition("/")[2]
                said = detail(ROW | {"id": number, "numeroFactura": f"J2024/{number}"})
                return next(asked) or reply(json.dumps(said))

        vendor.answers(COLUMNS, rows, rows, [], [])
        vendor.replies = Replies(vendor.replies)
        body = json.loads(hook.fetch("P1", DAY).body)
        assert [one["id"] for one in body["projects"][0]["details"]] == [str(number) for number in range(6)]

    def test_a_server_that_does_not_give_planned_items_does_not_keep_the_day_from_being_landed(
        self, hook, vendor, reply
    ):
        for broken in (reply(status=500), reply(status=403), "<html>", {"no": "list"}, reply("[", cut=0)):
            vendor.answers(COLUMNS, [ROW], [ROW], broken)
            body = hook.fetch("P1", DAY).body
            assert len(read(body, day=DAY, currency="EUR", key="P1").documents) == 1
            assert plan(body, currency="EUR", key="P1") is None

    def test_a_detail_of_another_year_than_the_list_is_told_and_fills_no_cell(self, hook, vendor):
        vendor.answers(COLUMNS, [BARE], [BARE], detail(ROW | {"anualidad": "2025"}))
        with pytest.raises(DataError, match="invoice J2024/1: the list has it in year '2024', its detail in '2025'"):
            hook.fetch("P1", DAY)

    class TestInvoicesThatAreKnown:
        OLD = invoice("7", date(2023, 12, 1), 121, DAY)

        def test_an_older_one_is_asked_for_by_its_id_and_its_money_booked(self, hook, vendor):
            hook.expected = [known(ROW, invoice="2023/7", number="J2023/7", issued_on=date(2023, 12, 1))]
            vendor.answers(COLUMNS, [], [], detail(self.OLD | {"anualidad": "2023"}), [])
            body = hook.fetch("P1", DAY).body
            assert vendor.asked[3].path == "/sge/facturas-emitidas/7"
            (collection,) = read(body, day=DAY, currency="EUR", key="P1", before=hook.expected).documents
            assert (collection.net, collection.source_id) == (Decimal(121), "2023/7/2024-05-20")
            assert collection.place == "P1/followed/0/collected"

        def test_one_that_the_list_should_have_and_leaves_out_makes_it_not_whole(self, hook, vendor):
            hook.expected = [known(ROW)]
            vendor.answers(COLUMNS, [], [], detail(ROW))
            with pytest.raises(RetriableError, match="leaves out invoice J2024/1, which is there"):
                hook.fetch("P1", DAY)

        def test_one_that_is_no_longer_there_is_landed_as_gone(self, hook, vendor, reply):
            told = {"title": "Not Found", "status": 404, "detail": "FacturaEmitida 1"}
            elsewhere = detail(ROW | {"proyectoId": "P8"})
            for answer in (reply(json.dumps(told), status=404), elsewhere):
                hook.expected = [known(ROW)]
                vendor.answers(COLUMNS, [], [], answer)
                (seen,) = invoices_seen(hook.fetch("P1", DAY).body, currency="EUR", key="P1")
                assert (seen.invoice, seen.number, seen.gone) == ("2024/1", "J2024/1", True)

        @pytest.mark.parametrize("project", [None, 7, ["P1"], {"id": "P1"}])
        def test_one_whose_project_cannot_be_told_is_not_taken_for_gone(self, hook, vendor, project):
            hook.expected = [known(ROW)]
            vendor.answers(COLUMNS, [], [], detail(ROW | {"proyectoId": project}))
            with pytest.raises(DataError, match="which is no id"):
                hook.fetch("P1", DAY)

        def test_one_that_says_twice_what_was_collected_is_landed_and_quarantined(self, hook, vendor):
            hook.expected = [known(ROW, invoice="2024/7", number="J2024/7", issued_on=date(2023, 12, 1))]
            told = detail(self.OLD)
            told["campos"].append({"nombre": "Importe cobrado", "valor": 0})
            vendor.answers(COLUMNS, [], [], told, [])
            body = hook.fetch("P1", DAY).body
            (row,) = read(body, day=DAY, currency="EUR", key="P1", before=hook.expected).quarantined
            assert (row.reason, row.place) == ("repeated_field", "P1/followed/0/collected")

        def test_one_that_says_twice_when_it_was_issued_is_told(self, hook, vendor):
            hook.expected = [known(ROW, invoice="2024/7", number="J2024/7")]
            told = detail(self.OLD)
            told["campos"].append({"nombre": "Fecha emisión", "valor": str(DAY)})
            vendor.answers(COLUMNS, [], [], told, [])
            with pytest.raises(DataError, match="invoice J2024/7: the field Fecha emisión stands twice"):
                hook.fetch("P1", DAY)

        @pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "ayer", 7])
        def test_one_whose_day_of_issue_is_none_is_told(self, hook, vendor, written):
            hook.expected = [known(ROW)]
            vendor.answers(COLUMNS, [], [], detail(invoice("1", written)))
            with pytest.raises(DataError, match=r"invoice J2024/1: day of issue: .* is no day"):
                hook.fetch("P1", DAY)

        def test_one_that_was_given_another_year_is_gone_and_the_other_is_new(self, hook, vendor):
            """Ids are unique, so 2024/1 is 2025/1 now. What was booked of the first goes with it, and all is the
            second's: to the cent what it was."""
            paid = invoice("1", DAY, 121, DAY, anualidad="2025")
            hook.expected = [known(ROW, collected=Decimal(50), collected_on=DAY)]
            vendor.answers(COLUMNS, [paid], [paid], detail(paid), [])
            seen = invoices_seen(hook.fetch("P1", DAY).body, currency="EUR", key="P1")
            assert [(one.invoice, one.collected, one.gone) for one in seen] == [
                ("2025/1", Decimal(121), False),
                ("2024/1", Decimal(0), True),
            ]

        def test_an_older_one_of_another_year_is_followed_by_its_new_one(self, hook, vendor):
            older = {"issued_on": date(2023, 12, 1), "number": "J2024/7"}
            hook.expected = [known(ROW, invoice=f"{year}/7", **older) for year in (2022, 2023)]
            vendor.answers(COLUMNS, [], [], *[detail(self.OLD | {"anualidad": "2023"})] * 2, [])
            seen = invoices_seen(hook.fetch("P1", DAY).body, currency="EUR", key="P1")
            assert [(one.invoice, one.gone) for one in seen] == [("2023/7", False), ("2022/7", True)]

        def test_one_whose_list_has_neither_year_makes_it_not_whole(self, hook, vendor):
            hook.expected = [known(ROW)]
            vendor.answers(COLUMNS, [], [], detail(ROW | {"anualidad": "2025"}))
            with pytest.raises(RetriableError, match="leaves out invoice J2024/1, which is there"):
                hook.fetch("P1", DAY)

        @pytest.mark.parametrize(
            ("said", "why"),
            [
                ({"anualidad": None}, "invoice J2024/1: its detail does not say of which year it is"),
                (
                    {"anualidad": "2025", "numeroFactura": "J2025/1"},
                    "invoice J2024/1 of 2024: the SGE has another one by its id 1, 'J2025/1' of '2025'",
                ),
            ],
        )
        def test_one_that_cannot_be_told_from_another_is_not_taken_for_gone(self, hook, vendor, said, why):
            hook.expected = [known(ROW)]
            vendor.answers(COLUMNS, [], [], detail(ROW | said))
            with pytest.raises(DataError, match=why):
                hook.fetch("P1", DAY)

        def test_one_that_was_given_another_date_is_followed(self, hook, vendor):
            hook.expected = [known(ROW)]
            vendor.answers(COLUMNS, [], [], detail(invoice("1", date(2024, 6, 1))))
            (seen,) = invoices_seen(hook.fetch("P1", DAY).body, currency="EUR", key="P1")
            assert (seen.issued_on, seen.gone) == (date(2024, 6, 1), False)

    @pytest.mark.parametrize("place", range(3))
    @pytest.mark.parametrize("body", ["", "<html><title>Login</title>", '[{"id": "1", "numeroFac'])
    def test_half_an_answer_anywhere_lands_nothing(self, hook, vendor, place, body):
        whole = [COLUMNS, [ROW], [ROW], []]
        vendor.answers(*whole[:place], body, *whole[place:])
        with pytest.raises(RetriableError, match="not whole JSON"):
            hook.fetch("P1", DAY)

    @pytest.mark.parametrize("answer", [{"id": "1"}, ["text"], [None], "text", 7])
    def test_json_of_another_shape_is_refused(self, hook, vendor, reply, answer):
        vendor.answers(reply(json.dumps(answer)))
        with pytest.raises(DataError, match="not a list of objects"):
            hook.fetch("P1", DAY)

    def test_personal_data_of_an_answer_never_shows(self, hook, vendor):
        vendor.answers(COLUMNS, '[{"id": "1", "columnas": {"2": "Ana Núñez", "3"')
        with pytest.raises(RetriableError) as raised:
            hook.fetch("P1", DAY)
        assert "Núñez" not in str(raised.value)


class TestKey:
    def test_it_goes_as_an_api_key_or_as_a_bearer_token(self, vendor, connection):
        vendor.answers([])
        for auth in ({}, {"auth": "api_key"}, {"auth": "bearer"}):
            hook_behind("sge", connection("sge", vendor.url, auth, password="s3cret")).issued_invoices()
        sent = [(asked.headers.get("X-API-Key"), asked.headers.get("Authorization")) for asked in vendor.asked]
        assert sent == [("s3cret", None), ("s3cret", None), (None, "Bearer s3cret")]

    def test_without_a_password_none_is_sent(self, vendor, connection):
        vendor.answers([])
        hook_behind("sge", connection("sge", vendor.url)).issued_invoices()
        assert not {"X-API-Key", "Authorization"} & set(vendor.asked[0].headers)

    def test_it_follows_a_redirect_on_its_own_server_and_to_no_other(self, hook, vendor, reply):
        vendor.answers(reply(status=302, headers={"Location": "/elsewhere"}), [])
        assert hook.issued_invoices() == []
        assert vendor.asked[-1].headers.get("X-API-Key") == "s3cret"
        elsewhere = f"{vendor.url}/there".replace("127.0.0.1", "localhost")
        vendor.answers(reply(status=302, headers={"Location": elsewhere}), [])
        with pytest.raises(FatalError, match="another server"):
            hook.issued_invoices()
        assert vendor.asked[-1].path != "/there"

    @pytest.mark.parametrize("status", [401, 403])
    def test_one_that_is_refused_is_fatal_and_not_shown(self, hook, vendor, reply, status):
        vendor.answers(reply(status=status))
        with pytest.raises(FatalError, match="the key of connection under_test is refused") as raised:
            hook.issued_invoices()
        assert "s3cret" not in str(raised.value)


class TestMethods:
    def test_columns_invoices_and_planned_items_are_given_as_the_sge_words_them(self, hook, vendor):
        vendor.answers(COLUMNS, [ROW], [{"id": "1", "proyectoIdSGI": "11"}])
        assert hook.columns('reducida=="true"')[3] == Column("4", "Importe base", accumulable=True)
        (row,) = hook.issued_invoices("q", "anualidad,desc")
        assert row["columnas"]["4"] == Decimal("100.0")
        assert hook.planned_issued('proyectoIdSGI=="11";') == [{"id": "1", "proyectoIdSGI": "11"}]
        assert [asked.query for asked in vendor.asked] == [
            {"q": 'reducida=="true"'},
            {"q": "q", "s": "anualidad,desc"},
            {"q": 'proyectoIdSGI=="11";', "s": "id,asc"},
        ]

    def test_an_invoice_is_asked_by_its_id_whatever_is_in_it(self, hook, vendor):
        vendor.answers(detail(ROW))
        assert hook.invoice("a/b c?")["numeroFactura"] == "J2024/1"
        assert vendor.asked[0].path == "/sge/facturas-emitidas/a%2Fb%20c%3F"

    def test_an_invoice_that_is_no_object_is_refused(self, hook, vendor):
        vendor.answers([detail(ROW)])
        with pytest.raises(DataError, match="invoice 1: the answer is a JSON list"):
            hook.invoice("1")

    @pytest.mark.parametrize("empty", [("", 204), ("[]", 200)])
    def test_nothing_is_told_in_two_ways(self, hook, vendor, reply, empty):
        vendor.answers(reply(*empty))
        assert hook.issued_invoices() == []


class TestPages:
    def page(self, reply, number, rows, total, pages):
        told = {"X-Page": str(number), "X-Page-Size": "2", "X-Page-Count": str(pages), "X-Total-Count": str(total)}
        return reply(json.dumps([{"id": id} for id in rows]), headers=told)

    def test_they_are_asked_by_number_and_size_until_the_last(self, paged, vendor, reply):
        vendor.answers(self.page(reply, 0, "ab", 3, 2), self.page(reply, 1, "c", 3, 2))
        assert [row["id"] for row in paged.issued_invoices()] == ["a", "b", "c"]
        assert [(a.headers["X-Page"], a.headers["X-Page-Size"]) for a in vendor.asked] == [("0", "2"), ("1", "2")]

    def test_a_server_that_makes_pages_unasked_is_read_to_the_end(self, hook, vendor, reply):
        vendor.answers(self.page(reply, 0, "ab", 3, 2), self.page(reply, 1, "c", 3, 2))
        assert len(hook.issued_invoices()) == 3
        assert "X-Page" not in vendor.asked[0].headers
        assert (vendor.asked[1].headers["X-Page"], vendor.asked[1].headers["X-Page-Size"]) == ("1", "2")

    @pytest.mark.parametrize("size", ["all", "", "2.0", "0", "-1", "9" * 5000, "2,0", "٢"])
    def test_they_are_read_to_the_end_whatever_the_server_says_of_their_size(self, hook, vendor, reply, size):
        told = {"X-Page-Size": size, "X-Page-Count": "2", "X-Total-Count": "3"}
        pages = (json.dumps([{"id": id} for id in ids]) for ids in ("ab", "c"))
        vendor.answers(*(reply(page, headers={**told, "X-Page-Size": size.encode()}) for page in pages))
        assert [row["id"] for row in hook.issued_invoices()] == ["a", "b", "c"]
        assert (vendor.asked[1].headers["X-Page"], vendor.asked[1].headers["X-Page-Size"]) == ("1", "2")

    @pytest.mark.parametrize(
        ("pages", "total", "read"),
        [
            ("2.0", None, 2),
            ("2", "2.0", 2),
            ("2", "dos", 2),
            ("dos", "2", 2),
            ("dos", "1", 1),
            ("", None, 1),
            ("", "", 1),
            (None, "dos", 1),
            ("dos", None, DataError),
            ("-1", None, DataError),
            ("1.5", "dos", DataError),
            ("9" * 5000, None, DataError),
            (None, "2", RetriableError),
            ("dos", "3", RetriableError),
        ],
    )
    def test_a_list_is_read_to_its_end_or_refused_however_its_pages_are_counted(
        self, hook, vendor, reply, pages, total, read
    ):
        told = {"X-Page-Count": pages, "X-Total-Count": total}
        headers = {name: said for name, said in told.items() if said is not None}
        vendor.answers(*(reply(json.dumps([{"id": id}] if id else []), headers=headers) for id in ("a", "b", "")))
        if isinstance(read, int):
            assert len(hook.issued_invoices()) == read
            return
        with pytest.raises(read, match=r"which is no number|came of \d that the server counted"):
            hook.issued_invoices()

    def test_a_list_whose_rows_are_counted_ends_with_the_last_of_them(self, paged, vendor, reply):
        """Four rows in pages of two; beyond them is 204, without a count."""
        told = {"X-Total-Count": "4"}
        vendor.answers(
            *(reply(json.dumps([{"id": id} for id in ids]), headers=told) for ids in ("ab", "cd")), reply(status=204)
        )
        assert len(paged.issued_invoices()) == 4

    def test_pages_unasked_are_read_to_the_end_where_rows_alone_are_counted(self, hook, vendor, reply):
        told = {"X-Page-Size": "2", "X-Total-Count": "3"}
        vendor.answers(*(reply(json.dumps([{"id": id} for id in ids]), headers=told) for ids in ("ab", "c")))
        assert len(hook.issued_invoices()) == 3

    @pytest.mark.parametrize("second", ["b", "bb", "bc"])
    def test_a_row_that_is_repeated_across_two_pages_is_tolerated_where_rows_are_counted(
        self, paged, vendor, reply, second
    ):
        vendor.answers(self.page(reply, 0, "ab", 2 + len(second), 2), self.page(reply, 1, second, 2 + len(second), 2))
        assert [row["id"] for row in paged.issued_invoices()] == [*"ab", *second]

    def test_where_they_are_not_it_may_be_a_list_that_shifted(self, paged, vendor):
        vendor.answers([{"id": "a"}, {"id": "b"}], [{"id": "b"}])
        with pytest.raises(RetriableError, match="id 'b' stands on two pages"):
            paged.issued_invoices()

    def test_where_the_server_counts_nothing_a_page_that_is_not_full_is_the_last(self, paged, vendor):
        vendor.answers([{"id": "a"}, {"id": "b"}], [{"id": "c"}])
        assert len(paged.issued_invoices()) == 3

    def test_pages_that_do_not_fit_together_are_retriable(self, paged, vendor, reply):
        for second, said in (
            (self.page(reply, 1, "a", 3, 2), "id 'a' stands on two pages"),
            (self.page(reply, 1, "bc", 4, 2), "counted 3 rows on one page and 4 on the next"),
            (self.page(reply, 1, "bc", 3, 2), "4 rows came of 3"),
            (self.page(reply, 1, "", 3, 2), "page 2 of 2 is empty"),
            (self.page(reply, 1, "c", 4, 2), "counted 3 rows on one page and 4 on the next"),
            (self.page(reply, 1, "cd", 3, 2), "4 rows came of 3"),
        ):
            vendor.answers(self.page(reply, 0, "ab", 3, 2), second)
            with pytest.raises(RetriableError, match=said):
                paged.issued_invoices()


class TestRefusals:
    def problem(self, reply, status, title, detail):
        told = {"type": "urn:x", "title": title, "status": status, "instance": "/facturas-emitidas", "detail": detail}
        return reply(json.dumps(told), status=status, headers={"Content-Type": "application/problem+json"})

    def test_a_query_that_is_refused_is_told_in_the_servers_words(self, hook, vendor, reply):
        vendor.answers(self.problem(reply, 400, "Bad Request", "Unknown property: nada"))
        with pytest.raises(FatalError, match="nada==1: refused with “Bad Request: Unknown property: nada”") as raised:
            hook.issued_invoices("nada==1")
        assert raised.value.status == 400

    def test_an_invoice_or_a_document_that_is_not_there_is_told(self, hook, vendor, reply):
        vendor.answers(self.problem(reply, 404, "Not Found", "FacturaEmitida 9"))
        with pytest.raises(DataError, match="invoice 9: there is none: “Not Found: FacturaEmitida 9”"):
            hook.invoice("9")
        with pytest.raises(DataError, match="document 9: there is none"):
            hook.document("9", io.BytesIO())

    def test_a_404_that_is_not_the_apis_is_a_wrong_address(self, hook, vendor, reply):
        vendor.answers(reply("<html><title>nginx</title>", status=404))
        with pytest.raises(FatalError, match="an HTML page"):
            hook.issued_invoices()

    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    def test_an_overloaded_or_broken_server_is_retriable_and_says_when(self, hook, vendor, reply, status):
        vendor.answers(reply(status=status, headers={"Retry-After": "7"}))
        with pytest.raises(RetriableError) as raised:
            hook.issued_invoices()
        assert (raised.value.status, raised.value.retry_after) == (status, 7)

    @pytest.mark.parametrize("body", ["", "null", "[]", "7", '{"title": null}', "[" * 100_000])
    def test_a_refusal_without_words_is_still_told(self, hook, vendor, reply, body):
        vendor.answers(reply(body, status=400))
        with pytest.raises(FatalError, match="refused with"):
            hook.issued_invoices()


class TestDocument:
    def test_a_file_is_written_out_and_named(self, hook, vendor, reply):
        headers = {"Content-Type": "application/pdf", "Content-Disposition": 'attachment; filename="factura.pdf"'}
        content = bytes(range(256)) * 1000
        vendor.answers(reply(content, headers=headers))
        with io.BytesIO() as file:
            got = hook.document("11", file)
            assert file.getvalue() == content
        assert (got.name, got.content_type, got.size) == ("factura.pdf", "application/pdf", 256_000)
        assert vendor.asked[0].path == "/sge/documentos/11/archivo"

    @pytest.mark.parametrize(
        ("disposition", "name"),
        [
            ("attachment; filename*=UTF-8''factura%20espa%C3%B1a.pdf", "factura españa.pdf"),
            ('attachment; filename="../../etc/passwd"', "passwd"),
            ('attachment; filename="C:\\\\datos\\\\f.pdf"', "f.pdf"),
            ("", ""),
        ],
    )
    def test_a_name_never_leads_to_another_folder(self, hook, vendor, reply, disposition, name):
        vendor.answers(reply("x", headers={"Content-Disposition": disposition}))
        assert hook.document("11", io.BytesIO()).name == name

    def test_a_file_is_never_held_whole(self, hook, vendor, reply):
        class Pieces(io.RawIOBase):
            largest = 0

            def write(self, piece):
                self.largest = max(self.largest, len(piece))
                return len(piece)

        vendor.answers(reply(b"x" * 1_000_000))
        pieces = Pieces()
        assert hook.document("11", pieces).size == 1_000_000
        assert pieces.largest < 100_000

    def test_a_file_that_breaks_off_is_retriable(self, hook, vendor, reply):
        vendor.answers(reply(b"x" * 200_000, cut=100_000))
        with pytest.raises(RetriableError, match="broke before the answer was whole"):
            hook.document("11", io.BytesIO())

    @pytest.mark.parametrize("body", ["", "<html><title>Login</title>"])
    def test_a_page_or_nothing_is_no_file(self, hook, vendor, reply, body):
        vendor.answers(reply(body, headers={"Content-Type": "text/html"} if body else {}))
        with pytest.raises(RetriableError, match=r"empty|HTML page"):
            hook.document("11", io.BytesIO())


class TestTheTestButton:
    def test_it_holds_the_columns_against_their_review(self, hook, vendor):
        vendor.answers(COLUMNS)
        works, sentence = hook.test_connection()
        assert works
        assert "10 columns are as they were reviewed" in sentence

    def test_it_says_which_column_is_not(self, hook, vendor):
        vendor.answers(COLUMNS[1:])
        works, sentence = hook.test_connection()
        assert not works
        assert "“Fecha emisión” (issued_on) is missing" in sentence

    def test_a_server_that_names_none_without_a_project_answers_all_the_same(self, hook, vendor, reply):
        vendor.answers(reply(status=204))
        works, sentence = hook.test_connection()
        assert works
        assert "names no columns" in sentence


def test_what_is_landed_together_is_the_group_however_its_key_is_spaced():
    assert landing_key(" P1 ,P2,,P1") == landing_key("P1,P2") == "P1,P2"


def test_control_totals_count_what_cannot_be_booked_too(hook, vendor):
    broken = [invoice("1", "ayer"), invoice("2", DAY, base="mil"), invoice("3", DAY, "mucho"), invoice("4", DAY)]
    vendor.answers(COLUMNS, [*broken, broken[3]], broken[1:], [])
    body = hook.fetch("P1", DAY).body
    reading = read(body, day=DAY, currency="EUR", key="P1")
    assert sorted(row.reason for row in reading.quarantined) == ["bad_amount", "bad_amount", "bad_date", "repeated"]
    rows = [(one.kind, one.net) for one in (*reading.documents, *reading.quarantined)]
    for total in control_totals(body, currency="EUR", key="P1"):
        nets = [net for kind, net in rows if kind == total.kind]
        assert (total.count, total.net) == (len(nets), sum(net or 0 for net in nets))
    assert len(rows) == sum(total.count for total in control_totals(body, currency="EUR", key="P1"))
